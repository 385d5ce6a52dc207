"""The import of shifts into one enterprise."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory.actions.bulk import ShiftSpec
from pingzhan.domain.territory.actions.imports import store_shifts
from pingzhan.domain.territory.importers.parts import PARTS, compared, done_url, split
from pingzhan.domain.territory.importers.scopes import enterprise_of
from pingzhan.domain.territory.models import Shift
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict

COLUMNS = (
    Column(
        "name", gettext_lazy("班次"), required=True, width=16, aliases=("名称", "班次名称"), max_length=40
    ),
    Column("start", gettext_lazy("上班"), Kind.TIME, required=True, width=10, example="20:00"),
    Column("end", gettext_lazy("下班"), Kind.TIME, required=True, width=10, example="08:00"),
    Column(
        "over",
        gettext_lazy("跨零点"),
        Kind.BOOLEAN,
        width=10,
        note=gettext_lazy("下班在第二天的填“是”。可以不填；填了就与上下班时间核对。"),
    ),
    Column("headcount", gettext_lazy("申报人数"), Kind.INTEGER, width=10, minimum=0, maximum=100_000),
)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the shifts in use; one query for the batch."""
    known = {one.name: one for one in Shift.objects.filter(enterprise=enterprise_of(ctx), active=True)}
    return [_shift(row, known.get(row.values["name"]), ctx) for row in rows]


def _shift(row: Row, stored: Shift | None, ctx: Context) -> Verdict:
    start, end, over = (row.values[key] for key in ("start", "end", "over"))
    if start == end:
        return Verdict.refused("end", _("上班和下班时间不能相同；全天值守请分成两个班次。"))
    if over is not None and over != (end < start):
        if over:
            return Verdict.refused("over", _("下班晚于上班，班次没有跨零点，请核对时间。"))
        return Verdict.refused("over", _("下班早于上班，班次跨零点，请核对时间。"))
    headcount = row.values["headcount"] or 0
    if "headcount" in ctx.absent and stored is not None:
        headcount = stored.headcount
    spec = ShiftSpec(row.values["name"], start, end, headcount)
    if stored is None:
        return Verdict(Outcome.NEW, carry=spec)
    old = {"start": f"{stored.start:%H:%M}", "end": f"{stored.end:%H:%M}", "headcount": stored.headcount}
    new = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}", "headcount": headcount}
    return compared(old, new, spec)


def save(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the shifts that were chosen."""
    store_shifts(enterprise=enterprise_of(ctx), by=ctx.by, **split(judged))


SHIFTS = ImportSpec(
    key="territory.shifts",
    title=gettext_lazy("企业班次"),
    columns=COLUMNS,
    natural_key=("name",),
    may=PARTS.may_fill,
    scopes=PARTS.scopes,
    prepare=prepare,
    store=save,
    done_url=done_url("shifts"),
    note=gettext_lazy("按班次名称核对。班次须先于上这个班的班组登记。"),
    max_rows=2_000,
)
