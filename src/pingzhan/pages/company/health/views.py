"""体温: every team of an enterprise in the slot of now, one tap for a team, its exceptions by name."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.health import api as health
from pingzhan.domain.health.enums import Result
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.territory.models import Team
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError, NotFound
from pingzhan.pages.company.firms import firm_for, firms_of
from pingzhan.pages.company.health.charts import trend_chart
from pingzhan.pages.company.health.names import named
from pingzhan.pages.console.guard import needs


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or show how far all that the actor looks after are. Counts only, no names."""
    firms = list(firms_of(request_actor(request), Permission.VIEW_LEDGERS))
    if len(firms) == 1:
        return redirect("health:firm", firms[0].pk)
    slots, lines = health.lines_now([one.pk for one in firms])
    labels = {one.label for one in slots.values()}
    today = obligations.business_now()[1]
    nobody = health.TeamLine(0, 0, 0)
    rows = [(one, lines.get(one.pk, nobody)) for one in firms]
    rows.sort(key=lambda row: -row[1].missing)
    context: dict[str, Any] = {
        "title": _("体温与症状"),
        "slot": labels.pop() if len(labels) == 1 else _("各企业按各自现在的时段"),
        "day": today,
        "rows": rows,
        "expected": sum(line.expected for _firm, line in rows),
        "done": sum(line.done for _firm, line in rows),
        "missing": sum(line.missing for _firm, line in rows),
        "fevers": sum(line.fevers for _firm, line in rows),
        **trend_chart([one.pk for one in firms], today),
    }
    return render(request, "company/health/zone.html", context)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the teams of an enterprise in the slot of now; names of exceptions for whoever may see them."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    slot = health.slot_now(unit.pk)
    names = dict(Team.objects.filter(enterprise=unit).values_list("pk", "name"))
    lines = health.team_lines([unit.pk], slot)
    sees = health.can_see(actor, unit)
    unusual = health.exceptions(unit.pk, slot.day, slot.code) if sees else []
    who = named((row.employment_id for row in unusual), unit, actor)
    context: dict[str, Any] = {
        "title": _("体温与症状"),
        "firm": unit,
        "slot": slot.label,
        "code": slot.code,
        "late": slot.is_late(timezone.now()),
        "at": _mark(slot),
        "day": slot.day,
        "lines": [(names.get(one.team_id, _("未分班组")), one) for one in lines],
        "unusual": [
            (
                who[row.employment_id],
                f"{row.tenths / 10:.1f} ℃" if row.tenths is not None else Result(row.result).label,
                row.fever,
            )
            for row in unusual
        ],
        "stopped": len(health.stopped(unit.pk)),
        "keeps": health.can_keep(actor, unit),
        "sees": sees,
        **trend_chart([unit.pk], slot.day),
    }
    return render(request, "company/health/firm.html", context)


MOVED = gettext_lazy("打开页面以后已换到下一个时段，没有登记。请核对现在的时段，再提交一次。")


def _mark(slot: health.Slot) -> str:
    """Return by what a form says which slot it was shown for."""
    return f"{slot.day:%Y%m%d}-{slot.code}"


def _has_moved(request: HttpRequest, pk: int) -> bool:
    """Return whether the form that was sent had been shown for a slot that is over."""
    said = request.POST.get("at", "")
    return bool(said) and said != _mark(health.slot_now(pk))


@require_POST
@needs(Permission.KEEP_LEDGERS)
def normal(request: HttpRequest, pk: int, team: int) -> HttpResponse:
    """Enter a whole team as normal in one tap."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    if _has_moved(request, pk):
        messages.warning(request, MOVED)
        return redirect("health:firm", pk)
    n = health.record_team(enterprise=unit, team_id=team, by=request_actor(request))
    messages.success(
        request,
        ngettext("已登记 %(n)d 人体温正常。", "已登记 %(n)d 人体温正常。", n) % {"n": n}
        if n
        else _("这个班组本时段已登记齐全。"),
    )
    return redirect("health:firm", pk)


@needs(Permission.KEEP_LEDGERS)
def team(request: HttpRequest, pk: int, team: int) -> HttpResponse:
    """Enter a team with its exceptions: who is absent, on leave, or has another temperature than normal."""
    unit = firm_for(request, pk, Permission.KEEP_LEDGERS)
    who = health.members(unit.pk, team)
    if not who:
        raise NotFound(_("没有这个班组，或班组里没有在职职工。"))
    errors: dict[int, str] = {}
    moved = False
    if request.method == "POST":
        special = {}
        for one in who:
            what = request.POST.get(f"what-{one}", "")
            value = request.POST.get(f"value-{one}", "").strip()
            try:
                if value:
                    special[one] = health.Special(Result.MEASURED, health.read_tenths(value))
                elif what in ("2", "3"):
                    special[one] = health.Special(Result(int(what)))
            except DomainError as error:
                errors[one] = f"{error.message}{error.hint}"
        moved = _has_moved(request, pk)
        if not errors and not moved:
            n = health.record_team(
                enterprise=unit, team_id=team, exceptions=special, by=request_actor(request)
            )
            messages.success(request, ngettext("已登记 %(n)d 人。", "已登记 %(n)d 人。", n) % {"n": n})
            return redirect("health:firm", pk)
    slot = health.slot_now(pk)
    held = health.latest(slot.day, slot.code, who)
    names = named(who, unit, request_actor(request))
    stopped = health.stopped(unit.pk)
    rows = [
        {
            "who": names[one],
            "stopped": one in stopped,
            "error": errors.get(one, ""),
            "value": request.POST.get(f"value-{one}", ""),
            "what": request.POST.get(f"what-{one}", str(held[one].result) if one in held else ""),
            "known": _known(held[one]) if one in held else "",
        }
        for one in who
    ]
    context: dict[str, Any] = {
        "title": _("全班正常，除…"),
        "firm": unit,
        "team": Team.objects.filter(pk=team, enterprise=unit).first(),
        "rows": rows,
        "slot": slot.label,
        "at": _mark(slot),
        "moved": MOVED if moved else "",
        "errors": bool(errors),
    }
    status = 422 if errors or moved else 200
    return render(request, "company/health/team.html", context, status=status)


def _known(row: Any) -> str:
    return f"{row.tenths / 10:.1f} ℃" if row.tenths is not None else str(Result(row.result).label)
