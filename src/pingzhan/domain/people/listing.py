"""The roster as a file: the columns of the import, so that what went out can come in again unchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people import rules
from pingzhan.domain.people.enums import DocumentKind, EmploymentKind, LeaveReason
from pingzhan.domain.people.importers.spec import WORKERS
from pingzhan.domain.people.models import Employment, Placement
from pingzhan.domain.people.queries.opening import Opened, group_labels, opened, site_name
from pingzhan.domain.people.queries.roster import RosterFilter, roster, with_places
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing
from pingzhan.foundation.privacy import masks


@dataclass(frozen=True, slots=True)
class Line:
    """An employment with the opened person and the placement in force, or the last one."""

    job: Employment
    person: Opened
    place: Placement | None


def filter_of(actor: Actor, params: Params) -> RosterFilter:
    """Return the filter that the page's own parameters mean."""
    code, team = params.get("unit", ""), params.get("team", "")
    unit = Unit.objects.filter(code=code).values_list("pk", flat=True).first() if code else None
    return RosterFilter(
        words=params.get("q", ""),
        enterprise_id=(unit or 0) if code else None,
        team_id=int(team) if team.isdecimal() else None,
        group=params.get("group", ""),
        status=params.get("status") or "on",
    )


def _queryset(actor: Actor, params: Params) -> QuerySet[Employment]:
    return with_places(roster(rules.visible_to(actor), filter_of(actor, params)))


def _may(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_WORKERS)


def _load(jobs: Sequence[Employment]) -> Sequence[Line]:
    texts = opened({job.individual_id: job.individual for job in jobs}.values())
    current: dict[int, Placement] = {
        job.pk: job.current_placements[0]  # type: ignore[attr-defined]
        for job in jobs
        if getattr(job, "current_placements", None)
    }
    ended = [job.pk for job in jobs if job.pk not in current]
    if ended:
        last = (
            Placement.objects.filter(employment__in=ended)
            .select_related("team", "room__parent", "canteen")
            .order_by("employment_id", "-t0")
            .distinct("employment_id")
        )
        current |= {one.employment_id: one for one in last}
    return [Line(job, texts[job.individual_id], current.get(job.pk)) for job in jobs]


def _team(line: Line) -> Value:
    return line.place.team.name if line.place is not None and line.place.team is not None else None


def _canteen(line: Line) -> Value:
    return line.place.canteen.name if line.place is not None and line.place.canteen is not None else None


_VALUES: dict[str, Callable[[Line], Value]] = {
    "name": lambda line: line.person.name,
    "doc_kind": lambda line: str(DocumentKind(line.job.individual.doc_kind).label),
    "number": lambda line: line.person.number,
    "phone": lambda line: line.person.phone,
    "address": lambda line: line.person.address,
    "enterprise": lambda line: line.job.enterprise.name,
    "employee_no": lambda line: line.job.employee_no or None,
    "job": lambda line: line.job.job or None,
    "kind": lambda line: str(EmploymentKind(line.job.kind).label),
    "team": _team,
    "room": lambda line: site_name(line.place.room) or None if line.place is not None else None,
    "canteen": _canteen,
    "sitting": lambda line: line.place.sitting if line.place is not None else None,
    "groups": lambda line: "、".join(group_labels(line.job.groups)) or None,
    "joined": lambda line: line.job.joined,
    "left": lambda line: line.job.left,
    "left_reason": lambda line: str(LeaveReason(line.job.left_reason).label) if line.job.left else None,
}
_MASKS: dict[str, Callable[[str], str]] = {
    "number": masks.mask_id,
    "phone": masks.mask_phone,
    "address": masks.mask_address,
}

ROSTER = Listing(
    key=WORKERS.key,
    title=_("职工花名册"),
    columns=tuple(
        OutColumn(
            key=column.key,
            title=column.title,
            value=_VALUES[column.key],
            # Whoever may see the roster sees the names on it.
            personal=column.key in _MASKS,
            mask=_MASKS.get(column.key, masks.mask_any),
            width=column.width,
        )
        for column in WORKERS.columns
    ),
    queryset=_queryset,
    may=_may,
    load=_load,
)


def register() -> None:
    """Make the list exportable."""
    register_listing(ROSTER)
