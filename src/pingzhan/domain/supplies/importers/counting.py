"""The count sheet as a spreadsheet: what was found of each batch, and batches the book does not have yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.supplies import duties, rules
from pingzhan.domain.supplies.actions import common
from pingzhan.domain.supplies.catalogue import articles
from pingzhan.domain.supplies.enums import MoveKind
from pingzhan.domain.supplies.models import MOST, Batch
from pingzhan.domain.territory.api import enterprise_of
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.clock import today
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Scope,
    Verdict,
    register_import,
)
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact

COLUMNS = (
    Column(
        "article",
        gettext_lazy("物资"),
        Kind.CHOICE,
        required=True,
        width=18,
        choices=tuple((one.key, one.title) for one in articles().values()),
    ),
    Column("code", gettext_lazy("批号"), Kind.CODE, width=16, max_length=common.MAX_CODE),
    Column("expires", gettext_lazy("有效期至"), Kind.DATE, width=12),
    Column(
        "amount",
        gettext_lazy("实存数"),
        Kind.INTEGER,
        required=True,
        width=10,
        minimum=0,
        maximum=MOST,
        note=gettext_lazy("点到多少填多少，没有了填 0。"),
    ),
    Column("note", gettext_lazy("说明"), width=24, max_length=common.MAX_WORDS),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    article: str
    code: str
    expires: date | None
    delta: int


def may_fill(actor: Actor, path: str) -> bool:
    """Return whether the actor may bring a count of the enterprise with this path."""
    return (
        actor.has(Permission.KEEP_LEDGERS, path) and rules.firms_visible_to(actor).filter(path=path).exists()
    )


def scopes(actor: Actor) -> Sequence[Scope]:
    """Return the open enterprises whose store the actor may count, the first few hundred."""
    firms = rules.firms_visible_to(actor)[:700]
    return [Scope(one.code, one.path, one.name) for one in firms if rules.can_keep(actor, one)]


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare what was found with the book. One query for the batch of rows."""
    stored = Batch.objects.filter(
        enterprise=enterprise_of(ctx), article__in={row.values["article"] for row in rows}
    )
    if ctx.storing:
        stored = stored.select_for_update(no_key=True)
    # A number that was written with blanks in former times is told without them by a spreadsheet.
    known = {(one.article, compact(one.code), one.expires): one for one in stored.order_by("pk")}
    return [_judged(row, known) for row in rows]


def _judged(row: Row, known: dict[tuple[str, str, date | None], Batch]) -> Verdict:
    article, code = row.values["article"], (row.values["code"] or "").upper()
    try:
        expires = common.read_expiry(row.values["expires"])
    except Invalid as error:
        return Verdict.refused("expires", error.message)
    amount = row.values["amount"]
    batch = known.get((article, code, expires))
    book = batch.amount if batch is not None else None
    delta = amount - (book or 0)
    plan = _Plan(article, code if batch is None else batch.code, expires, delta)
    if book is None:
        if not amount:
            return Verdict(Outcome.SAME)
        if expires is not None and expires < today():
            return Verdict.refused("expires", _("账上没有这个批次，已经过期的不能新登记。"))
        return Verdict(Outcome.NEW, carry=plan)
    if not delta:
        return Verdict(Outcome.SAME)
    return Verdict(Outcome.CHANGED, changes={"amount": (str(book), str(amount))}, carry=plan)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the differences of the chosen rows as one entry of the book.

    The rows are no check of the whole store: whoever chose some of them has not said that the rest agrees.
    """
    unit = enterprise_of(ctx)
    plans: list[_Plan] = [one.verdict.carry for one in judged]
    if not plans:
        return
    entry = common.new_entry(unit, MoveKind.COUNTED, key=uuid4(), day=today(), by=ctx.by, note=_("表格导入"))
    parts = [(common.batch_for(unit, one.article, one.code, one.expires), one.delta) for one in plans]
    common.move(entry, parts)
    duties.changed(unit, ctx.by)
    record(
        "supplies.imported",
        by=ctx.by,
        subject=(common.ENTRY, entry.pk),
        unit_path=unit.path,
        body={"parts": len(parts), "job": ctx.job_id},
    )


def _done(scope: Scope) -> str:
    return "/day/supplies/"


COUNT = ImportSpec(
    key="supplies.count",
    title=gettext_lazy("物资盘点表"),
    columns=COLUMNS,
    natural_key=("article", "code", "expires"),
    may=may_fill,
    scopes=scopes,
    prepare=prepare,
    store=store,
    done_url=_done,
    note=gettext_lazy(
        "按物资、批号和有效期核对：账上没有的批次按实存数登记，数量不同的记为盘点差异。表格没有列出的批次不变。"
    ),
    max_rows=5_000,
)


def register() -> None:
    """Make the import known."""
    register_import(COUNT)
