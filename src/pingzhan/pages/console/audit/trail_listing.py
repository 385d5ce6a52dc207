"""The trail as a list that goes out like any other, also as a workbook and of any length; the signed file is apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.pages.console.audit.forms import TrailForm
from pingzhan.pages.console.audit.views import Line, asked_for, lines


@dataclass(frozen=True)
class Row:
    """A record and what the page says of it."""

    record: AuditRecord
    line: Line


def _records(actor: Actor, params: Params) -> QuerySet[AuditRecord]:
    """Return what the query form asks for; nothing for a form that is wrong, since more than asked for is no answer."""
    filters = TrailForm(dict(params) or None, actor=actor)
    if filters.is_bound and not filters.is_valid():
        return AuditRecord.objects.none()
    return asked_for(actor, filters)


def _told(records: Sequence[AuditRecord]) -> list[Row]:
    return [Row(record, line) for record, line in zip(records, lines(records), strict=True)]


TRAIL = Listing(
    key="audit.trail",
    title=_("留痕"),
    columns=(
        OutColumn("number", _("序号"), lambda row: row.line.pk, width=10),
        OutColumn("at", _("时间"), lambda row: row.record.at, width=20),
        OutColumn("who", _("谁"), lambda row: row.line.who),
        OutColumn("how", _("身份"), lambda row: row.line.how or None),
        OutColumn("what", _("事项"), lambda row: row.line.what, width=24),
        OutColumn("sentence", _("内容"), lambda row: row.line.sentence, width=60),
        OutColumn("unit", _("范围"), lambda row: row.line.unit, width=28),
        OutColumn("operation", _("操作编号"), lambda row: str(row.record.operation), width=36),
        OutColumn("sha", _("校验值"), lambda row: row.line.sha, width=64),
    ),
    queryset=_records,
    may=lambda actor: actor.has(Permission.VIEW_AUDIT),
    load=_told,
)


def register() -> None:
    """Make the trail exportable; called once when the application is ready."""
    register_listing(TRAIL)
