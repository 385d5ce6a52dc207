"""值班表: the calendar with who is on duty now and what is missing; one shift; the sheet to print; the feed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.freshness import fresh_version
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.roster import month
from pingzhan.pages.console.roster.access import roster_zone, tabs, visible_shift
from pingzhan.pages.console.roster.forms import AddShiftForm, ReasonForm, SubstituteForm

FEED_PAST = timedelta(days=60)


def _params(request: HttpRequest) -> dict[str, str]:
    return {key: str(value) for key, value in request.GET.items()}


def duty_now(actor: Actor, zone: Unit) -> dict[str, Any]:
    """Return who is on duty now and next, with numbers for those who may call. Two queries, two more with them."""
    duty = api.on_duty(zone)
    people = duty.people
    phones = organisation.phones_of(one.pk for one in people) if people and api.can_call(actor, zone) else {}

    def line(role: str, person: Person | None) -> dict[str, Any]:
        return {
            "role": role,
            "person": person,
            "phone": phones.get(person.pk, "") if person is not None else "",
            "away": person is not None and person.pk in duty.absent_ids,
        }

    rows = [line(_("带班领导"), duty.leader)]
    rows += [line(_("值班员"), one) for one in duty.officers] or [line(_("值班员"), None)]
    return {
        "duty": duty,
        "rows": rows,
        "next": [one.name for one in (duty.next_leader, *duty.next_officers) if one is not None],
        "may_call": api.can_call(actor, zone),
    }


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def index(request: HttpRequest) -> HttpResponse:
    """Show a month or a week of the roster, who is on duty now, and the gaps of the next 72 hours.

    With htmx only what moves; nothing while the version ``v`` still holds.
    """
    actor = request_actor(request)
    zone = roster_zone(request)
    params = _params(request)
    asked, version = params.pop("v", ""), fresh_version(zone.pk, actor.user_id)
    partly = request.headers.get("HX-Request") == "true"
    if partly and asked == version:
        return HttpResponse(status=204)
    on, week = api.day_of(params), params.get("view") == "week"
    first, until = api.shown_period(params)
    context: dict[str, Any] = {
        "zone": zone,
        "live": f"{request.path}?{urlencode({**params, 'v': version})}",
        "tabs": tabs(actor, zone, "index"),
        "now": duty_now(actor, zone),
        "gaps": api.gaps(zone),
        "unsigned": list(api.unsigned_handovers(zone)[:5]),
        "may_manage": api.can_manage(actor, zone),
        "week": week,
        "on": on,
        "title": _period_title(first, until, week),
        "before": (first - timedelta(days=1)),
        "after": until,
        "today": timezone.localdate(),
    }
    if week:
        heads, rows = month.sheet(month.cells(zone, first, until, actor.person_id))
        context |= {"heads": heads, "rows": rows}
    else:
        context["weeks"] = month.weeks(zone, on, actor.person_id)
    return render(request, "console/roster/_live.html" if partly else "console/roster/index.html", context)


def _period_title(first: date, until: date, week: bool) -> str:
    if not week:
        return date_format(first, "YEAR_MONTH_FORMAT")
    return _("%(first)s 至 %(last)s") % {
        "first": date_format(first, "m-d"),
        "last": date_format(until - timedelta(days=1), "m-d"),
    }


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def sheet(request: HttpRequest) -> HttpResponse:
    """Show a month as a table to be printed and put up."""
    actor = request_actor(request)
    zone = roster_zone(request)
    first, until = api.month_of(api.day_of(_params(request)))
    heads, rows = month.sheet(month.cells(zone, first, until, None))
    context = {
        "zone": zone,
        "title": date_format(first, "YEAR_MONTH_FORMAT"),
        "first": first,
        "heads": heads,
        "rows": rows,
        "pattern": api.pattern_now(),
        "printed_by": actor.name,
    }
    return render(request, "console/roster/sheet.html", context)


def _why_words() -> dict[api.Why, str]:
    return {
        api.Why.AWAY: _("离岗"),
        api.Why.BUSY: _("同时有班"),
        api.Why.REST: _("休息不足"),
    }


def _suggested(zone: Unit, choices: list[api.Choice]) -> list[tuple[int, str]]:
    words = _why_words()
    found = []
    for one in choices:
        note = words[one.why] if one.why is not None else _("可替班")
        label = _("%(name)s（%(note)s，同类 %(same)d 次，共 %(total)d 次）") % {
            "name": one.person.name,
            "note": note,
            "same": one.same_kind,
            "total": one.total,
        }
        found.append((one.person.pk, label))
    return found


@require_http_methods(["GET", "POST"])
@needs(Permission.VIEW_STRUCTURE)
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one shift with its history; whoever makes the roster puts a substitute in here."""
    actor = request_actor(request)
    shown = visible_shift(actor, pk)
    zone = shown.zone
    open_ = shown.in_force and shown.t1 > timezone.now()
    may_manage = api.can_manage(actor, zone) and open_
    if request.method == "POST" and not api.can_manage(actor, zone):
        raise Refused(_("您不能办理替班。"), hint=_("请联系排班人，或在“我的值班”里申请换班。"))
    if request.method == "POST" and not open_:
        raise Conflict(
            _("这个班次已不在现行值班表里。") if not shown.in_force else _("这个班次已经结束，不能再改。"),
            hint=_("请回到值班表查看现在的安排。"),
            code="shift_over",
        )
    choices = api.choices(zone, shown) if may_manage else []
    form = None
    if may_manage:
        form = SubstituteForm(request.POST or None, zone=zone, suggested=_suggested(zone, choices))
        if request.method == "POST" and form.is_valid():
            try:
                api.substitute(shift_id=pk, by=actor, **form.cleaned_data)
            except (Refused, NotFound):
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                messages.success(request, _("已办理替班，并通知了双方。"))
                return redirect("roster:shift", pk=pk)
    person = shown.person
    phone = ""
    if person is not None and api.can_call(actor, zone):
        phone = organisation.phones_of([person.pk]).get(person.pk, "")
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "index"),
        "shift": shown,
        "label": month.shift_label(shown),
        "phone": phone,
        "changes": api.changes_of(shown),
        "form": form,
        "choices": choices,
        "why": _why_words(),
        "cancel": ReasonForm() if may_manage and shown.t0 > timezone.now() else None,
        "mine": person is not None and person.pk == actor.person_id,
        "day_kind": api.day_class(shown.day, api.own_days()).label,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/shift.html", context, status=status)


@require_POST
@needs(Permission.MANAGE_ROSTER)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a shift that has not begun out of force."""
    actor = request_actor(request)
    shown = visible_shift(actor, pk)
    reason = request.POST.get("reason", "")
    return tried(
        request,
        lambda: api.cancel_shift(shift_id=pk, reason=reason, by=actor),
        _("班次已取消，并通知了值班人。"),
        "roster:shift",
        shown.pk,
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_ROSTER)
def add(request: HttpRequest) -> HttpResponse:
    """Put in force a shift that the roster lacks."""
    actor = request_actor(request)
    zone = roster_zone(request, Permission.MANAGE_ROSTER)
    form = AddShiftForm(request.POST or None, zone=zone, initial=_first_gap(zone))
    if request.method == "POST" and form.is_valid():
        try:
            made = api.add_shift(zone=zone, by=actor, **form.cleaned_data)
        except (Refused, NotFound):
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已增加班次，并通知了值班人。"))
            return redirect("roster:shift", pk=made.pk)
    context = {"zone": zone, "tabs": tabs(actor, zone, "drafts"), "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/add.html", context, status=status)


def _first_gap(zone: Unit) -> dict[str, Any]:
    hole = next((gap for gap in api.gaps(zone) if gap.shift_id is None), None)
    return {"seat": hole.seat, "t0": hole.t0, "t1": hole.t1} if hole is not None else {}


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return one's own duties as a calendar; the token is the authority, so it needs no sign-in."""
    person = api.person_of_feed(token)
    if person is None:
        raise NotFound(_("这个订阅地址已停用。"), hint=_("请在“我的值班”里生成新的地址。"))
    now = timezone.now()
    shifts = api.shifts_of_person(person.pk).filter(t1__gt=now - FEED_PAST)
    body = api.calendar(
        shifts, title=_("%(name)s的值班") % {"name": person.name}, host=request.get_host(), now=now
    )
    return HttpResponse(
        body,
        content_type=api.MEDIA_TYPE,
        headers={"Content-Disposition": 'inline; filename="duty.ics"', "Cache-Control": "private, no-store"},
    )
