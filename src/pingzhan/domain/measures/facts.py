"""What is known of each hazard, as data: each value with unit, source and whether it was checked.

Report thresholds are those of the specification of 2006/2009; PHERL 30 announces a new one.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.db import models
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.measures.models.sets import in_language


class FactKind(models.TextChoices):
    """What a fact is about."""

    INCUBATION = "incubation", _("潜伏期")
    CONTACTS = "contacts", _("接触者管理")
    BACK = "back", _("返岗条件")
    CLUSTER = "cluster", _("聚集和报告")


@dataclass(frozen=True)
class Fact:
    """One known value of a hazard; ``verified`` False is shown as 未核实, ``applies`` are the days it held."""

    hazard: str
    kind: str
    value: str
    value_en: str
    unit: str
    source: str
    verified: bool
    applies: str

    @property
    def label(self) -> str:
        """Return the value in the reader's language."""
        return in_language(self.value, self.value_en)

    @property
    def held(self) -> str:
        """Return from when until when it held, in words; empty when that is not known."""
        first, _sign, last = self.applies.partition("..")
        if first and last:
            return str(_("%(first)s 至 %(last)s") % {"first": first, "last": last})
        if last:
            return str(_("至 %(last)s") % {"last": last})
        return str(_("%(first)s 起") % {"first": first}) if first else ""

    @property
    def about(self) -> str:
        """Return what it is about, in words."""
        return str(FactKind(self.kind).label)


@dataclass(frozen=True)
class Threshold:
    """From how many cases or deaths, within how many days, an event is reported; None where it does not count."""

    event: str
    note: str
    unit: str
    source: str
    verified: bool
    window_days: int | None = None
    min_cases: int | None = None
    min_deaths: int | None = None


@cache
def _read() -> tuple[tuple[Fact, ...], tuple[Threshold, ...]]:
    text = resources.files("pingzhan.domain.measures").joinpath("hazard_facts.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return tuple(Fact(**one) for one in data["fact"]), tuple(Threshold(**one) for one in data["threshold"])


def facts_of(hazard: str) -> list[Fact]:
    """Return what is known of a hazard, by kind."""
    order = list(FactKind.values)
    return sorted((one for one in _read()[0] if one.hazard == hazard), key=lambda one: order.index(one.kind))


def all_facts() -> tuple[Fact, ...]:
    """Return what is known of all hazards."""
    return _read()[0]


def thresholds() -> tuple[Threshold, ...]:
    """Return the report thresholds, in the order of the specification."""
    return _read()[1]
