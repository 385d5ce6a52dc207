"""The register of orders as a file: the rows of the screen, with its filter and the reader's rights."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.orders import rules
from pingzhan.domain.orders.models import Order
from pingzhan.domain.orders.queries.board import ordered, wanted
from pingzhan.domain.orders.queries.reach import reach_of
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing


def may(actor: Actor) -> bool:
    """Return whether the actor has a list of orders at all."""
    return any(
        actor.has(one)
        for one in (
            Permission.VIEW_TASKS,
            Permission.VIEW_CONSOLE,
            Permission.ISSUE_ORDERS,
            Permission.CHECK_ORDERS,
        )
    )


def rows(actor: Actor, params: Params) -> QuerySet[Order]:
    """Return the orders that a list shows this person for these parameters (``world`` 0 unless given)."""
    reach = reach_of(actor)
    world = params.get("world", "")
    seen = rules.visible_to(actor, reach).filter(world=int(world) if world.isdecimal() else 0)
    return ordered(wanted(seen, params, reach, actor.user_id), params.get("show", ""))


ORDERS = Listing(
    key="orders",
    title=_("交办事项登记表"),
    columns=(
        OutColumn("number", _("编号"), lambda one: one.number_text, width=20),
        OutColumn("title", _("标题"), lambda one: one.title, width=44),
        OutColumn("lead", _("主办"), lambda one: one.lead_name, width=26),
        OutColumn("source", _("来源"), lambda one: str(one.get_source_display())),
        OutColumn("state", _("状态"), lambda one: str(one.get_state_display())),
        OutColumn("issued_by", _("下达人"), lambda one: one.issued_by_name),
        OutColumn("issued_at", _("下达时间"), lambda one: one.issued_at, width=20),
        OutColumn("due_at", _("时限"), lambda one: one.due_at, width=20),
        OutColumn("extended", _("延期次数"), lambda one: one.extended),
        OutColumn("received_at", _("签收时间"), lambda one: one.received_at, width=20),
        OutColumn("fed_back_at", _("反馈时间"), lambda one: one.fed_back_at, width=20),
        OutColumn("fed_back_by", _("反馈人"), lambda one: one.fed_back_by_name),
        OutColumn("feedback", _("反馈情况"), lambda one: one.feedback, width=44),
        OutColumn("count", _("反馈数字"), lambda one: one.feedback_count),
        OutColumn("checked_at", _("核实时间"), lambda one: one.checked_at, width=20),
        OutColumn("checked_by", _("核实人"), lambda one: one.checked_by_name),
        OutColumn("ended_at", _("销号或撤销时间"), lambda one: one.ended_at, width=20),
        OutColumn("ended_by", _("销号或撤销人"), lambda one: one.ended_by_name),
    ),
    queryset=rows,
    may=may,
)


def register() -> None:
    """Make the register exportable."""
    register_listing(ORDERS)
