"""The history of switches as a file; the trail itself has a signed file of its own (audit.exporting)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import Activation
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.pages.console.wording import level_word


def switches(actor: Actor, params: Params) -> QuerySet[Activation]:
    """Return the activations in the units the actor may read, the newest first."""
    seen = within("unit__path", actor.paths(Permission.VIEW_AUDIT))
    return Activation.objects.filter(seen).select_related("unit").order_by("-pk")


def end_words(one: Activation) -> str:
    """Return how an activation ended, by whom and why; '' while it is in force."""
    return " ".join(filter(None, [one.get_end_kind_display(), one.ended_by_name, one.end_reason]))


SWITCHES = Listing(
    key="audit.switches",
    title=_("转换历史"),
    columns=(
        OutColumn("at", _("启动"), lambda one: one.at, width=20),
        OutColumn("unit", _("范围"), lambda one: one.unit.name, width=28),
        OutColumn("world", _("实战或演练"), lambda one: gettext("演练") if one.world else gettext("实战")),
        OutColumn("from", _("转换前"), lambda one: level_word(one.level_from)),
        OutColumn("to", _("转换后"), lambda one: level_word(one.level)),
        OutColumn("who", _("谁下令"), lambda one: one.ordered_by_name),
        OutColumn("basis", _("依据"), lambda one: one.basis or None, width=30),
        OutColumn("reason", _("理由"), lambda one: one.reason, width=40),
        OutColumn("ended", _("结束"), lambda one: one.ended_at, width=20),
        OutColumn("end", _("说明"), lambda one: end_words(one) or None, width=40),
    ),
    queryset=switches,
    may=lambda actor: actor.has(Permission.VIEW_AUDIT),
)


def register() -> None:
    """Make the history exportable; called once when the application is ready."""
    register_listing(SWITCHES)
