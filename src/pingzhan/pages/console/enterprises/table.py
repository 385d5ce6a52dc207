"""The table of the enterprise list: fifty rows made without a template for every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.ui.rows import Column, badge, table
from pingzhan.pages.console.enterprises.rows import Line


def list_table(rows: Sequence[Line], *, picks: bool) -> SafeString:
    """Return head and body of the list; ``picks`` adds the check boxes."""
    columns = [
        *([Column(_("选择"), "pick", pick=True)] if picks else []),
        Column(_("企业"), head=True),
        Column(_("片区")),
        Column(_("行业")),
        Column(_("申报人数"), "num"),
        Column(_("在册职工"), "num"),
        Column(_("风险等级")),
        Column(_("经营状态")),
        Column(_("包企责任人")),
    ]
    return table(columns, _cells(rows, picks=picks))


def found_table(files: Sequence[Enterprise]) -> SafeString:
    """Return head and body of the enterprises that a search has found."""
    address = _address()
    columns = [Column(_("企业"), head=True), Column(_("代码")), Column(_("片区"))]
    return table(
        columns,
        (
            (
                format_html('<a href="{}">{}</a>', address % one.pk, one.unit.name),
                one.unit.code,
                one.unit.parent.name if one.unit.parent else "",
            )
            for one in files
        ),
    )


def _address() -> str:
    """Return the address of an enterprise's page with a place for its number."""
    return reverse("enterprises:detail", args=[0]).replace("0", "%d")


def _cells(rows: Sequence[Line], *, picks: bool) -> Iterator[list[str]]:
    address, choose = _address(), _("选择%(name)s")
    risks = {value: str(label) for value, label in RiskClass.choices}
    statuses = {value: str(label) for value, label in EnterpriseStatus.choices}
    for row in rows:
        file, unit = row.file, row.file.unit
        cells: list[str] = []
        if picks:
            closed = SafeString(" disabled") if file.status == EnterpriseStatus.CLOSED else ""
            cells.append(
                format_html(
                    '<input class="form-check-input" type="checkbox" name="chosen" value="{}"'
                    ' aria-label="{}"{}>',
                    file.pk,
                    choose % {"name": unit.name},
                    closed,
                )
            )
        cells += [
            format_html(
                '<a href="{}">{}</a> <span class="muted nowrap">{}</span>',
                address % file.pk,
                unit.name,
                unit.code,
            ),
            unit.parent.name if unit.parent else "",
            row.industry,
            str(unit.headcount),
            str(row.workers),
            badge(row.risk_state, risks[file.risk]),
            badge(row.status_state, statuses[file.status]),
            row.official,
        ]
        yield cells
