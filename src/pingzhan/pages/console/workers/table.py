"""The table of the roster: fifty rows made without a template for every cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pingzhan.domain.people.api import WorkerRow
from pingzhan.foundation.ui.rows import Column, badge, table


def roster_table(
    rows: Sequence[WorkerRow], *, picks: bool, chosen: Collection[int], one_firm: bool
) -> SafeString:
    """Return head and body of the roster; ``picks`` adds the check boxes, ``one_firm`` leaves out 企业."""
    columns = [
        *([Column(_("选择"), "pick", pick=True)] if picks else []),
        Column(_("姓名"), head=True),
        Column(_("工号"), "nowrap"),
        *([] if one_firm else [Column(_("企业"))]),
        Column(_("岗位")),
        Column(_("班组")),
        Column(_("宿舍")),
        Column(_("重点人群")),
        Column(_("证件号码"), "nowrap"),
        Column(_("手机"), "nowrap"),
        Column(_("状态")),
    ]
    return table(columns, _cells(rows, picks=picks, chosen=chosen, one_firm=one_firm))


def found_table(rows: Sequence[WorkerRow]) -> SafeString:
    """Return head and body of the workers that a search has found."""
    columns = [
        Column(_("姓名"), head=True),
        Column(_("企业")),
        Column(_("班组")),
        Column(_("证件号码"), "nowrap"),
        Column(_("手机"), "nowrap"),
        Column(_("状态")),
    ]
    address = _address()
    at_work, gone = states()
    return table(
        columns,
        (
            (
                format_html(
                    '<a href="{}">{}</a> <span class="muted nowrap">{}</span>',
                    address % row.pk,
                    row.name,
                    row.employee_no,
                ),
                row.enterprise,
                row.team,
                row.number,
                row.phone,
                gone if row.left else at_work,
            )
            for row in rows
        ),
    )


def states() -> tuple[SafeString, SafeString]:
    """Return the badges of somebody who works and of somebody who has left."""
    return badge("ok", _("在职")), badge("idle", _("已离职"))


def _address() -> str:
    """Return the address of a worker's page with a place for his number."""
    return reverse("workers:detail", args=[0]).replace("0", "%d")


def _cells(
    rows: Sequence[WorkerRow], *, picks: bool, chosen: Collection[int], one_firm: bool
) -> Iterator[list[str]]:
    address, destroyed, choose = _address(), _("已销毁"), _("选择%(name)s")
    at_work, gone = states()
    for row in rows:
        cells: list[str] = []
        if picks:
            cells.append(_pick(row, choose, checked=row.pk in chosen))
        name = destroyed if row.erased else row.name
        cells += [format_html('<a href="{}">{}</a>', address % row.pk, name), row.employee_no]
        if not one_firm:
            cells.append(row.enterprise)
        cells += [row.job, row.team, row.room, "、".join(row.groups), row.number, row.phone]
        cells.append(gone if row.left else at_work)
        yield cells


def _pick(row: WorkerRow, words: str, *, checked: bool) -> str:
    """Return the check box of a row; none for somebody who has left."""
    if row.left:
        return ""
    return format_html(
        '<input class="form-check-input" type="checkbox" name="chosen" value="{}" aria-label="{}"{}>',
        row.pk,
        words % {"name": row.name},
        SafeString(" checked") if checked else "",
    )
