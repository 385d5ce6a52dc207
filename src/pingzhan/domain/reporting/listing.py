"""Registers of reports and of zero reports as files: the rows of the screens."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.reporting import rules
from pingzhan.domain.reporting.enums import ReportState
from pingzhan.domain.reporting.models import Report, ZeroLine
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing


def may(actor: Actor) -> bool:
    """Return whether the actor reads reports anywhere."""
    return any(actor.has(one) for one in rules.READERS)


def _world(params: Params) -> int:
    text = params.get("world", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _reports(actor: Actor, params: Params) -> QuerySet[Report]:
    rows = rules.visible_to(actor).filter(world=_world(params), state=ReportState.SIGNED)
    return rows.select_related("due__unit").order_by("-signed_at", "-pk")


def _zero(actor: Actor, params: Params) -> QuerySet[ZeroLine]:
    rows = rules.lines_visible_to(actor).filter(due__world=_world(params))
    return rows.select_related("due").order_by("-due__on", "-kind", "pk")


def _value(key: str, report: Report) -> int | None:
    found: int | None = next((row["value"] for row in report.figures if row["key"] == key), None)
    return found


def _number(key: str, title: object) -> OutColumn:
    return OutColumn(key, title, lambda one: _value(key, one), width=12)  # type: ignore[arg-type]


REPORTS = Listing(
    key="reporting.reports",
    title=_("信息报告登记簿"),
    columns=(
        OutColumn("number", _("文号"), lambda one: one.number_text, width=22),
        OutColumn("kind", _("种类"), lambda one: str(one.due.get_kind_display())),
        OutColumn("title", _("标题"), lambda one: one.title, width=44),
        OutColumn("unit", _("范围"), lambda one: one.due.unit.name, width=24),
        OutColumn("version", _("版次"), lambda one: one.version, width=8),
        OutColumn("due_at", _("时限"), lambda one: one.due.due_at, width=20),
        OutColumn("counted_at", _("取数时间"), lambda one: one.counted_at, width=20),
        OutColumn("signed_at", _("签发时间"), lambda one: one.signed_at, width=20),
        OutColumn("signed_by", _("签发人"), lambda one: one.signed_by_name),
        _number("posts.filled", _("已安排岗位")),
        _number("posts.confirmed", _("已签收")),
        _number("posts.arrived", _("已到岗")),
        _number("orders.issued", _("交办事项")),
        _number("orders.closed", _("已销号事项")),
        _number("orders.overdue", _("逾期事项")),
    ),
    queryset=_reports,
    may=may,
)
ZERO = Listing(
    key="reporting.zero",
    title=_("零报告登记簿"),
    columns=(
        OutColumn("on", _("日期"), lambda one: one.due.on),
        OutColumn("kind", _("类别"), lambda one: str(one.get_kind_display())),
        OutColumn("name", _("应报单位"), lambda one: one.name, width=30),
        OutColumn("value", _("报告数"), lambda one: one.value),
        OutColumn("note", _("情况"), lambda one: one.note, width=40),
        OutColumn("first_at", _("首次报告时间"), lambda one: one.first_at, width=20),
        OutColumn("reported_at", _("报告时间"), lambda one: one.reported_at, width=20),
        OutColumn("by", _("报告人"), lambda one: one.by_name, width=24),
        OutColumn("urged", _("催报次数"), lambda one: one.urged),
    ),
    queryset=_zero,
    may=may,
)


def register() -> None:
    """Make the registers exportable."""
    register_listing(REPORTS)
    register_listing(ZERO)
