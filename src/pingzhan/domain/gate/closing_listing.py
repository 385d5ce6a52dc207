"""The permitted list and the meetings as files: the columns of the imports first, so that they can come in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate import rules
from pingzhan.domain.gate.importers import meetings, permits
from pingzhan.domain.gate.listing import narrowed
from pingzhan.domain.gate.models import Meeting, Permit
from pingzhan.domain.people import api as people
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.clock import midnight
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing
from pingzhan.foundation.privacy.masks import mask_name

MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Named:
    """A line of the permitted list with the worker's name, empty for a team or a plate."""

    row: Permit
    name: str


def _permits(actor: Actor, params: Params) -> QuerySet[Permit]:
    rows = rules.permits_visible_to(actor).filter(ended_at__isnull=True)
    return (
        narrowed(rows, params)
        .filter(Q(until__isnull=True) | Q(until__gte=timezone.localdate()))
        .select_related("enterprise", "employment__individual", "team")
        .order_by("enterprise__name", "team_id", "plate", "pk")
    )


def _named(rows: Sequence[Permit]) -> Sequence[Named]:
    individuals = [row.employment.individual for row in rows if row.employment is not None]
    texts = people.opened(individuals, fields=("name",))
    return [
        Named(row, (texts[row.employment.individual_id].name or "") if row.employment is not None else "")
        for row in rows
    ]


def _permit(one: Named, key: str) -> Value:
    row = one.row
    found: dict[str, Value] = {
        "worker": row.employment.employee_no if row.employment is not None else None,
        "team": row.team.name if row.team is not None else None,
        "plate": row.plate or None,
        "ends": None,
    }
    value: Value = found[key] if key in found else getattr(row, key)
    return value


def _permit_column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda one: _permit(one, key), width=width)


PERMIT_LIST = Listing(
    key="gate.permits",
    title=gettext_lazy("准入名单"),
    columns=(
        *(_permit_column(one.key, one.title, one.width) for one in permits.COLUMNS),
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.row.enterprise.name, width=20),
        OutColumn("name", gettext_lazy("姓名"), lambda one: one.name or None, personal=True, mask=mask_name),
        OutColumn("made_by", gettext_lazy("登记人"), lambda one: one.row.made_by, width=12),
    ),
    queryset=_permits,
    may=lambda actor: any(actor.has(one) for one in rules.GATE_READERS),
    load=_named,
)


def _day(params: Params, key: str, default: date) -> date:
    try:
        return date.fromisoformat(params.get(key, ""))
    except ValueError:
        return default


def _meetings(actor: Actor, params: Params) -> QuerySet[Meeting]:
    today = timezone.localdate()
    rows = rules.meetings_visible_to(actor).filter(
        cancelled_at__isnull=True, held_at__gte=midnight(_day(params, "t0", today - 2 * MONTH))
    )
    return narrowed(rows, params).select_related("enterprise").order_by("-held_at", "-pk")


def _meeting(row: Meeting, key: str) -> Value:
    local = timezone.localtime(row.held_at)
    found: dict[str, Value] = {"day": local.date(), "time": f"{local:%H:%M}", "place": row.place or None}
    value: Value = found[key] if key in found else getattr(row, key)
    return value


def _meeting_column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda row: _meeting(row, key), width=width)


MEETING_LIST = Listing(
    key="gate.meetings",
    title=gettext_lazy("会议登记"),
    columns=(
        *(_meeting_column(one.key, one.title, one.width) for one in meetings.COLUMNS),
        OutColumn("enterprise", gettext_lazy("企业"), lambda row: row.enterprise.name, width=20),
        OutColumn("limit", gettext_lazy("人数上限"), lambda row: row.limit, width=10),
        OutColumn("made_by", gettext_lazy("登记人"), lambda row: row.made_by, width=12),
    ),
    queryset=_meetings,
    may=lambda actor: actor.has(Permission.VIEW_LEDGERS),
)


def register() -> None:
    """Make the lists exportable."""
    register_listing(PERMIT_LIST)
    register_listing(MEETING_LIST)
