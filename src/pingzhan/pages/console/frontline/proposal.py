"""系统建议: who should answer for what, line by line with the reasons, changed by hand and adopted in one action."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.frontline import api as frontline
from pingzhan.domain.frontline.api import Line, Proposal, ResponsibleChange
from pingzhan.domain.frontline.enums import Mode
from pingzhan.domain.organisation.api import names_of
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import DomainError, Refused
from pingzhan.pages.console.frontline.shared import tabs, way, zone_to_assign

MOST = 2_000
"""Lines taken from one page."""


@dataclass(frozen=True)
class Option:
    """Somebody who may be chosen for a line."""

    person: int
    words: str


@dataclass(frozen=True)
class Row:
    """A line of the proposal as the page shows it; ``key`` is unit, rank and who was there."""

    key: str
    field: str
    name: str
    code: str
    area: str
    second: bool
    former: str
    person: int
    options: tuple[Option, ...]
    why: str


@require_GET
@login_required
def review(request: HttpRequest) -> HttpResponse:
    """Show what is proposed for a zone; nothing is written."""
    zone = zone_to_assign(request)
    mode = Mode.ALL if request.GET.get("mode") == Mode.ALL else Mode.MISSING
    found = frontline.propose(zone, mode)
    context = {
        "zone": zone,
        "tabs": tabs(),
        "tab": "index",
        "mode": mode.value,
        "found": found,
        "rows": rows_of(found),
        "left": found.left,
    }
    return render(request, "console/frontline/propose.html", context)


def rows_of(found: Proposal) -> list[Row]:
    """Return the lines in words. One query."""
    ids = {one.person for one in found.lines} | {one.former for one in found.lines if one.former}
    ids |= {other.person for one in found.lines for other in one.others}
    names = names_of(ids) if ids else {}
    return [_row(one, names, found.candidates) for one in found.lines]


def _row(line: Line, names: dict[int, str], candidates: int) -> Row:
    options = [Option(line.person, _("%(name)s（建议）") % {"name": names[line.person]})]
    options += [
        Option(
            one.person,
            _("%(name)s（负担 %(load)d）") % {"name": names[one.person], "load": one.load},
        )
        for one in line.others
    ]
    return Row(
        key=f"{line.firm.id}:{line.rank}:{line.former or ''}",
        field=f"person-{line.firm.id}-{line.rank}",
        name=line.firm.name,
        code=line.firm.code,
        area=line.firm.area,
        second=line.rank > 0,
        former=names.get(line.former or 0, ""),
        person=line.person,
        options=tuple(options),
        why=_why(line, candidates),
    )


def _why(line: Line, candidates: int) -> str:
    """Return 为什么是他: the loads, the area and the way."""
    parts = [
        _("负担由 %(before)d 变为 %(after)d（共 %(count)d 家），在 %(n)d 名可选干部中最均衡")
        % {
            "before": line.load_before,
            "after": line.load_after,
            "count": line.count,
            "n": candidates,
        }
    ]
    if line.same_area is not None:
        parts.append(_("同片区") if line.same_area else _("不同片区"))
    if line.metres:
        parts.append(_("相距约 %(way)s") % {"way": way(line.metres)})
    return _("；").join(parts) + _("。")


@require_POST
@login_required
def adopt(request: HttpRequest) -> HttpResponse:
    """Put the chosen lines in force together, as they are on the page."""
    zone = zone_to_assign(request)
    mode = Mode.ALL if request.POST.get("mode") == Mode.ALL else Mode.MISSING
    back = f"{reverse('frontline:propose')}?zone={zone.pk}&mode={mode.value}"
    lines = _lines(request)
    if not lines:
        messages.warning(request, _("请先勾选要采用的行。"))
        return redirect(back)
    try:
        adoption = frontline.adopt(zone=zone, lines=lines, by=request_actor(request), mode=mode)
    except Refused:
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect(back)
    n = len(adoption.lines) if adoption is not None else 0
    messages.success(
        request,
        _("已采用 %(n)d 处调整，有关人员各收到一次通知。") % {"n": n},
    )
    return redirect(f"{reverse('frontline:index')}?zone={zone.pk}")


def _lines(request: HttpRequest) -> list[ResponsibleChange]:
    found = []
    for key in request.POST.getlist("line")[:MOST]:
        unit, _mark, rest = key.partition(":")
        rank, _mark, was = rest.partition(":")
        person = request.POST.get(f"person-{unit}-{rank}", "")
        if not (unit.isdecimal() and rank.isdecimal() and person.isdecimal()):
            continue
        found.append(
            ResponsibleChange(int(unit), int(rank), int(person), int(was) if was.isdecimal() else None)
        )
    return found
