"""Orders to destroy personal data as a file: counts and who decided, nothing of whom it was about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.foundation.privacy.models import Erasure, ErasureSubject
from pingzhan.pages.console.privacy.access import READERS


@dataclass(frozen=True)
class Line:
    """An order and how many persons it is about."""

    row: Erasure
    count: int


def rows(actor: Actor, params: Params) -> QuerySet[Erasure]:
    """Return the orders of the page, the newest first."""
    return Erasure.objects.visible_to(actor).order_by("-pk")


def lines_of(orders: Sequence[Erasure]) -> list[Line]:
    """Return orders with the number of their persons. One query."""
    persons = dict(
        ErasureSubject.objects.filter(erasure__in=[row.pk for row in orders])
        .order_by()
        .values_list("erasure")
        .annotate(n=Count("pk"))
        .values_list("erasure", "n")
    )
    return [Line(row, persons.get(row.pk, 0)) for row in orders]


ERASURES = Listing(
    key="privacy.erasures",
    title=gettext_lazy("销毁"),
    columns=(
        OutColumn("number", gettext_lazy("编号"), lambda line: line.row.pk, width=10),
        OutColumn("scope", gettext_lazy("事由"), lambda line: str(line.row.get_scope_display()), width=24),
        OutColumn("basis", gettext_lazy("依据"), lambda line: line.row.basis, width=40),
        OutColumn("count", gettext_lazy("人数"), lambda line: line.count),
        OutColumn("state", gettext_lazy("状态"), lambda line: str(line.row.get_state_display())),
        OutColumn("by", gettext_lazy("拟订"), lambda line: line.row.proposed_name or _("系统")),
        OutColumn("at", gettext_lazy("提出时间"), lambda line: line.row.proposed_at, width=20),
        OutColumn("finished", gettext_lazy("完成"), lambda line: line.row.finished_at, width=20),
    ),
    queryset=rows,
    may=lambda actor: any(actor.has(one) for one in READERS),
    load=lines_of,
)


def register() -> None:
    """Make the list exportable; called once when the application is ready."""
    register_listing(ERASURES)
