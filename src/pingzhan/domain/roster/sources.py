"""What fills a hand-over beforehand: this layer's own facts, and those of modules above, which register here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster.links import mine_link, swaps_link
from pingzhan.domain.roster.queries.gaps import gaps, when
from pingzhan.domain.roster.queries.requests import open_swaps
from pingzhan.domain.territory.models import Unit

NOTE = "note"
"""Source of a line that a person wrote."""


@dataclass(frozen=True)
class Matter:
    """One matter pending. ``key`` tells it apart within its source, so that it is not carried over twice."""

    key: str
    text: str
    link: str = ""


Source = Callable[[Unit, datetime, datetime], Iterable[Matter]]
_sources: dict[str, tuple[str | Promise, Source]] = {}


def register_handover_source(key: str, label: str | Promise, fn: Source) -> None:
    """Have ``fn(zone, since, at)`` give the matters that the outgoing duty leaves at ``at``.

    Called when a hand-over is opened or refreshed, inside that transaction; a source that fails is left out and
    named, so that a fault elsewhere never prevents a hand-over. Texts are stored: no personal data beyond names.
    """
    _sources[key] = (label, fn)


def source_label(key: str) -> str:
    """Return what a source is called."""
    if key == NOTE:
        return _("交班人填写")
    known = _sources.get(key)
    return str(known[0]) if known else key


def matters(zone: Unit, since: datetime, at: datetime) -> list[tuple[str, Matter]]:
    """Return (source, matter) of all sources in the order of their registration."""
    from django.db import transaction

    found: list[tuple[str, Matter]] = []
    for key, (label, fn) in _sources.items():
        try:
            with transaction.atomic():
                found += [(key, matter) for matter in fn(zone, since, at)]
        except Exception:
            text = _("“%(source)s”没有取到，请自行核对。") % {"source": label}
            found.append((key, Matter("failed", text)))
    return found


def _of_gaps(zone: Unit, since: datetime, at: datetime) -> Iterable[Matter]:
    for gap in gaps(zone, at=at):
        yield Matter(f"{gap.kind}:{gap.seat}:{gap.t0:%Y%m%d%H%M}", gap.sentence, gap.link)


def _of_swaps(zone: Unit, since: datetime, at: datetime) -> Iterable[Matter]:
    for swap in open_swaps(zone):
        text = _("换班申请：%(asker)s与%(asked)s，%(when)s，%(state)s。") % {
            "asker": swap.asker.name,
            "asked": swap.asked.name,
            "when": when(swap.shift.t0, swap.shift.t1),
            "state": swap.get_state_display(),
        }
        yield Matter(f"swap:{swap.pk}", text, swaps_link())


def _of_absences(zone: Unit, since: datetime, at: datetime) -> Iterable[Matter]:
    rows = Absence.objects.filter(
        person__home_unit__path__startswith=zone.path,
        person__active=True,
        t0__gte=since,
        t0__lte=at,
        t1__gt=at,
    ).select_related("person")
    for row in rows.order_by("t0", "pk"):
        text = _("%(name)s%(kind)s，%(when)s。") % {
            "name": row.person.name,
            "kind": AbsenceKind(row.kind).label,
            "when": when(row.t0, row.t1),
        }
        yield Matter(f"absence:{row.pk}", text, mine_link())


def register_own() -> None:
    """Register what this layer knows."""
    register_handover_source("roster.gaps", gettext_lazy("值班缺口"), _of_gaps)
    register_handover_source("roster.swaps", gettext_lazy("换班申请"), _of_swaps)
    register_handover_source("roster.absences", gettext_lazy("本班新增离岗"), _of_absences)
