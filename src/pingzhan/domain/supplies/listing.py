"""The count sheet, the book and purchases as files; the count sheet can come in again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from pingzhan.domain.supplies import rules
from pingzhan.domain.supplies.importers.counting import COUNT
from pingzhan.domain.supplies.models import Batch, Movement, PurchaseLine
from pingzhan.domain.supplies.queries.book import BookFilter, find_entries
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, Value, register_listing


def _narrowed(rows: QuerySet[Any], params: Params, field: str = "enterprise") -> QuerySet[Any]:
    unit = params.get("unit", "")
    return rows.filter(**{field: int(unit)}) if unit.isdecimal() else rows


def _sees(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS)


def _batches(actor: Actor, params: Params) -> QuerySet[Batch]:
    rows = _narrowed(rules.batches_visible_to(actor), params).filter(amount__gt=0)
    return rows.select_related("enterprise").order_by("enterprise__name", "article", "expires", "pk")


def _movements(actor: Actor, params: Params) -> QuerySet[Movement]:
    wanted = BookFilter(
        article=params.get("article", ""), kind=params.get("kind", ""), words=params.get("q", "")[:60]
    )
    entries = find_entries(rules.entries_visible_to(actor), wanted).order_by()
    rows = _narrowed(Movement.objects.all(), params).filter(entry__in=entries.values("pk"))
    if wanted.article:
        rows = rows.filter(article=wanted.article)
    return rows.select_related("enterprise", "batch", "entry").order_by("-pk")


def _lines(actor: Actor, params: Params) -> QuerySet[PurchaseLine]:
    asked = params.get("purchase", "")
    rows = PurchaseLine.objects.filter(purchase__in=rules.purchases_visible_to(actor), amount__gt=0)
    if asked.isdecimal():
        rows = rows.filter(purchase=int(asked))
    return _narrowed(rows, params, "purchase__enterprise").select_related("purchase__enterprise")


def _sheet_value(batch: Batch, key: str) -> Value:
    found: dict[str, Value] = {
        "article": batch.kind.label,
        "code": batch.code or None,
        "expires": batch.expires,
        "amount": batch.amount,
        "note": None,
    }
    return found[key]


def _column(key: str, title: Any, width: int) -> OutColumn:
    return OutColumn(key, title, lambda batch: _sheet_value(batch, key), width=width)


# The columns of the import first, so that the sheet goes out, is filled in at the shelf and comes in again.
SHEET = Listing(
    key="supplies.count",
    title=gettext_lazy("物资盘点表"),
    columns=(
        *(_column(one.key, one.title, one.width) for one in COUNT.columns),
        OutColumn("unit", gettext_lazy("计量单位"), lambda batch: batch.kind.measure, width=10),
        OutColumn("enterprise", gettext_lazy("企业"), lambda batch: batch.enterprise.name, width=20),
    ),
    queryset=_batches,
    may=_sees,
)
BOOK = Listing(
    key="supplies.book",
    title=gettext_lazy("物资出入库"),
    columns=(
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.enterprise.name, width=20),
        OutColumn("day", gettext_lazy("日期"), lambda one: one.day, width=12),
        OutColumn("kind", gettext_lazy("事项"), lambda one: one.get_kind_display(), width=12),
        OutColumn("reversal", gettext_lazy("冲正"), lambda one: one.reversal, width=8),
        OutColumn("article", gettext_lazy("物资"), lambda one: one.batch.kind.label, width=18),
        OutColumn("code", gettext_lazy("批号"), lambda one: one.batch.code, width=14),
        OutColumn("expires", gettext_lazy("有效期至"), lambda one: one.batch.expires, width=12),
        OutColumn("delta", gettext_lazy("增减"), lambda one: one.delta, width=10),
        OutColumn("unit", gettext_lazy("计量单位"), lambda one: one.batch.kind.measure, width=10),
        OutColumn("party", gettext_lazy("对方"), lambda one: one.entry.party, width=18),
        OutColumn("note", gettext_lazy("说明"), lambda one: one.entry.note, width=24),
        OutColumn("by", gettext_lazy("登记人"), lambda one: one.entry.by_name, width=12),
        OutColumn("at", gettext_lazy("登记时间"), lambda one: timezone.localtime(one.entry.at), width=18),
    ),
    queryset=_movements,
    may=_sees,
)
PURCHASE = Listing(
    key="supplies.purchase",
    title=gettext_lazy("物资采购单"),
    columns=(
        OutColumn("no", gettext_lazy("采购单号"), lambda one: str(one.purchase), width=12),
        OutColumn("enterprise", gettext_lazy("企业"), lambda one: one.purchase.enterprise.name, width=20),
        OutColumn("article", gettext_lazy("物资"), lambda one: one.kind.label, width=18),
        OutColumn("amount", gettext_lazy("数量"), lambda one: one.amount, width=10),
        OutColumn("unit", gettext_lazy("计量单位"), lambda one: one.kind.measure, width=10),
        OutColumn("reason", gettext_lazy("原因"), lambda one: one.reason, width=36),
        OutColumn("supplier", gettext_lazy("供应单位"), lambda one: one.purchase.supplier, width=20),
        OutColumn("expected", gettext_lazy("预计到货"), lambda one: one.purchase.expected, width=12),
        OutColumn("state", gettext_lazy("状态"), lambda one: one.purchase.get_state_display(), width=10),
        OutColumn("received", gettext_lazy("到货数量"), lambda one: one.received, width=10),
    ),
    queryset=_lines,
    may=_sees,
)


def register() -> None:
    """Make the lists exportable."""
    for listing in (SHEET, BOOK, PURCHASE):
        register_listing(listing)
