"""Opening an application: what was declared, and each decision with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from pingzhan.domain.returnees import declared as texts
from pingzhan.domain.returnees import reasons
from pingzhan.domain.returnees.declared import Declared
from pingzhan.domain.returnees.judging.facts import Level, Listed, Reason
from pingzhan.domain.returnees.judging.rulebook import words_of
from pingzhan.domain.returnees.models import Application, Decision, Region
from pingzhan.foundation.privacy.vault import Vault


def _english() -> bool:
    return (get_language() or "").startswith("en")


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision with its reasons opened; ``reasons`` is empty once they were destroyed."""

    row: Decision
    reasons: tuple[Reason, ...]

    @property
    def version(self) -> str:
        """Return the rule version in the reader's language."""
        return words_of(self.row.version, english=_english())

    def sentences(self) -> list[tuple[Reason, str, str]]:
        """Return each reason with clause and sentence in the reader's language."""
        english = _english()
        return [
            (one, one.clause_en if english else one.clause_zh, one.en if english else one.zh)
            for one in self.reasons
        ]


@dataclass(frozen=True, slots=True)
class Opened:
    """An application with what it says."""

    row: Application
    declared: Declared


def opened(rows: Sequence[Application], vault: Vault | None = None) -> list[Opened]:
    """Return applications with their declarations opened; one query for all keys."""
    keys = vault or Vault.load([row.subject_id for row in rows])
    return [
        Opened(row, texts.read(keys.open(row.subject_id, texts.FIELD, row.declared_sealed))) for row in rows
    ]


def decisions_of(application: Application) -> list[Shown]:
    """Return the decisions of an application, the latest first. Two queries."""
    vault = Vault.load([application.subject_id])
    return [
        Shown(row, reasons.read(vault.open(application.subject_id, texts.REASONS, row.reasons_sealed)))
        for row in Decision.objects.filter(application=application).order_by("-pk")
    ]


def listed_in(zone_id: int) -> list[Listed]:
    """Return the list of key regions of a zone as the rules read it, ended entries included."""
    rows = Region.objects.filter(zone=zone_id).order_by("pk")
    return [
        Listed(code, name, Level(level), begin, end, source)
        for code, name, level, begin, end, source in rows.values_list(
            "code", "name", "level", "begin", "end", "source"
        )
    ]


def known_places(zone_id: int) -> dict[str, str]:
    """Return names on the list of a zone with their codes, for entering places by name."""
    return dict(Region.objects.filter(zone=zone_id).order_by("pk").values_list("name", "code"))
