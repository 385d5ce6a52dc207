"""编排: drafts made by the machine, edited by hand, published; who takes turns; how even it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.roster import api
from pingzhan.domain.roster.enums import DayClass, RosterStatus, ShiftRole
from pingzhan.domain.roster.models import PoolMember, Roster, Shift
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import Conflict, DomainError, NotFound, Refused
from pingzhan.pages.console.answers import tried
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.roster import month
from pingzhan.pages.console.roster.access import roster_zone, tabs, visible_roster
from pingzhan.pages.console.roster.forms import MemberForm, PeriodForm, officials

LENGTH = timedelta(days=13)


def _initial(request: HttpRequest, zone: Unit) -> dict[str, date]:
    """Return the two weeks to propose: from the day asked for, else after what is covered."""
    first = api.day_in(request.GET.get("first", ""))
    if first is None:
        covered = api.covered_until(zone)
        tomorrow = timezone.localdate() + timedelta(days=1)
        first = max(tomorrow, clock.day_of(covered)) if covered is not None else tomorrow
    return {"first": first, "last": first + LENGTH}


@require_GET
@needs(Permission.MANAGE_ROSTER)
def drafts(request: HttpRequest) -> HttpResponse:
    """Show the drafts being worked on, and how far the roster reaches."""
    actor = request_actor(request)
    zone = roster_zone(request, Permission.MANAGE_ROSTER)
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "drafts"),
        "drafts": [(one, one.until - timedelta(days=1)) for one in api.drafts_of(zone)],
        "covered": api.covered_until(zone),
        "pattern": api.pattern_now(),
        "rest": int(api.rest_now().total_seconds() // 3600),
        "members": {role: sum(1 for one in api.members(zone) if one.role == role) for role in ShiftRole},
    }
    return render(request, "console/roster/drafts.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_ROSTER)
def new(request: HttpRequest) -> HttpResponse:
    """Have a draft made for a period."""
    actor = request_actor(request)
    zone = roster_zone(request, Permission.MANAGE_ROSTER)
    form = PeriodForm(request.POST or None, initial=_initial(request, zone))
    if request.method == "POST" and form.is_valid():
        try:
            made = api.generate(zone=zone, first=form.cleaned_data["first"], until=form.until(), by=actor)
        except (Refused, NotFound):
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return redirect("roster:draft", pk=made.pk)
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "drafts"),
        "form": form,
        "pattern": api.pattern_now(),
        "rest": int(api.rest_now().total_seconds() // 3600),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/new.html", context, status=status)


def _rows(shifts: Sequence[Shift]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the head words and one row for each day of a draft."""
    own = api.own_days()
    heads = sorted({(one.seat, one.part): one for one in shifts}.items())
    rows: dict[date, dict[str, Any]] = {}
    for one in shifts:
        row = rows.setdefault(one.day, {"day": one.day, "kind": api.day_class(one.day, own), "cells": {}})
        row["cells"][one.seat, one.part] = one
    labels = [month.head_word(seat, part, sample.get_part_display()) for (seat, part), sample in heads]
    keys = [key for key, _sample in heads]
    return labels, [
        {
            **row,
            "off": row["kind"] != DayClass.WORKDAY,
            "cells": [(label, row["cells"].get(key)) for label, key in zip(labels, keys, strict=True)],
        }
        for row in rows.values()
    ]


def bars(shares: Sequence[api.Share]) -> dict[str, Any]:
    """Return the data of the chart: a bar for each person, divided by kind of day."""
    tones = {DayClass.WORKDAY: "info", DayClass.WEEKEND: "warn", DayClass.HOLIDAY: "bad"}
    return {
        "categories": [share.person.name for share in shares],
        "series": [
            {"name": str(kind.label), "data": [share.counts[kind] for share in shares], "tone": tones[kind]}
            for kind in DayClass
        ],
        "stacked": True,
    }


def by_role(shares: Sequence[api.Share]) -> list[dict[str, Any]]:
    """Return the shares of each role with chart and spread."""
    found = []
    for role in ShiftRole:
        mine = [share for share in shares if share.role == role]
        turns = [share.total for share in mine if share.in_pool]
        found.append(
            {
                "role": role.label,
                "key": role.value,
                "shares": mine,
                "bars": bars(mine),
                "spread": max(turns) - min(turns) if turns else 0,
                "size": "tall" if len(mine) > 12 else "",
            }
        )
    return found


def _picked(
    request: HttpRequest, shifts: Sequence[Shift], people: dict[int, Person]
) -> dict[int, Person | None]:
    """Return whom the form puts into each shift; a value that is nobody of this zone counts as unchanged."""
    found: dict[int, Person | None] = {}
    for one in shifts:
        text = request.POST.get(f"shift-{one.pk}")
        if text == "":
            found[one.pk] = None
        elif text is not None and text.isdecimal() and len(text) < 19 and int(text) in people:
            found[one.pk] = people[int(text)]
    return found


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_ROSTER)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft with a choice in each shift and its balance; take changes of any number of shifts at once."""
    actor = request_actor(request)
    roster = visible_roster(actor, pk)
    if roster.status != RosterStatus.DRAFT:
        raise Conflict(
            _("这份值班表已经发布或放弃，不能再改。"),
            hint=_("请到值班表查看现行安排。"),
            code="roster_not_draft",
        )
    zone = roster.zone
    shifts = list(Shift.objects.filter(roster=roster).select_related("person").order_by("t0", "seat"))
    people = {person.pk: person for person in officials(zone)}
    problem = ""
    if request.method == "POST":
        try:
            changed = api.assign(roster_id=pk, people=_picked(request, shifts, people), by=actor)
        except (Refused, NotFound):
            raise
        except DomainError as error:
            problem = f"{error.message}{error.hint}"
        else:
            messages.success(request, _("已保存，改了 %(n)d 个班次。") % {"n": changed})
            return redirect("roster:draft", pk=pk)
    heads, rows = _rows(shifts)
    turns = {role: [member.person for member in api.members(zone, role)] for role in ShiftRole}
    listed = {person.pk for some in turns.values() for person in some}
    own = api.own_days()
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "drafts"),
        "roster": roster,
        "last": roster.until - timedelta(days=1),
        "heads": heads,
        "rows": rows,
        "turns": turns,
        "others": [person for person in people.values() if person.pk not in listed],
        "roles": by_role(api.draft_shares(roster)),
        "empty": sum(1 for one in shifts if one.person_id is None),
        "unknown": api.unknown_years(roster.first, roster.until, own),
        "problem": problem,
    }
    status = 422 if problem else 200
    return render(request, "console/roster/draft.html", context, status=status)


def _draft(request: HttpRequest, pk: int) -> Roster:
    return visible_roster(request_actor(request), pk)


@require_POST
@needs(Permission.MANAGE_ROSTER)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force."""
    roster, actor = _draft(request, pk), request_actor(request)
    try:
        api.publish(roster_id=roster.pk, by=actor)
    except (Refused, NotFound):
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect("roster:draft", pk=pk)
    messages.success(request, _("值班表已发布，值班人员都会收到通知。"))
    return redirect("roster:index")


@require_POST
@needs(Permission.MANAGE_ROSTER)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    roster, actor = _draft(request, pk), request_actor(request)
    return tried(
        request, lambda: api.discard(roster_id=roster.pk, by=actor), _("草稿已放弃。"), "roster:drafts"
    )


@require_GET
@needs(Permission.VIEW_STRUCTURE)
def balance(request: HttpRequest) -> HttpResponse:
    """Show how the duties are shared out, by role."""
    actor = request_actor(request)
    zone = roster_zone(request)
    t0, t1 = api.past_and_planned(zone)
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "balance"),
        "t0": t0,
        "t1": t1,
        "roles": by_role(api.balance(zone, t0, t1)),
    }
    return render(request, "console/roster/balance.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.MANAGE_ROSTER)
def pool(request: HttpRequest) -> HttpResponse:
    """Show who takes turns in which order; add somebody to a role."""
    actor = request_actor(request)
    zone = roster_zone(request, Permission.MANAGE_ROSTER)
    posted = request.POST.get("role", "") if request.method == "POST" else ""
    forms = {}
    for role in ShiftRole:
        form = MemberForm(request.POST if posted == role else None, zone=zone, prefix=role.value)
        forms[role] = form
        if posted == role and form.is_valid():
            try:
                api.add_member(zone=zone, role=role, person=form.cleaned_data["person"], by=actor)
            except (Refused, NotFound):
                raise
            except DomainError as error:
                form.add_error(None, f"{error.message}{error.hint}")
            else:
                messages.success(request, _("已加入轮值名单。"))
                return redirect("roster:pool")
    everybody = api.members(zone)
    context = {
        "zone": zone,
        "tabs": tabs(actor, zone, "pool"),
        "roles": [
            {"role": role, "form": forms[role], "members": [one for one in everybody if one.role == role]}
            for role in ShiftRole
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "console/roster/pool.html", context, status=status)


@require_POST
@needs(Permission.MANAGE_ROSTER)
def member(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Move somebody up or down in the rotation, or take him out."""
    actor = request_actor(request)
    found = PoolMember.objects.select_related("zone").filter(pk=pk).first()
    if found is None or not api.can_manage(actor, found.zone):
        raise NotFound(_("轮值名单里已没有这名人员。"))
    if act == "remove":
        return tried(
            request, lambda: api.remove_member(member_id=pk, by=actor), _("已移出轮值名单。"), "roster:pool"
        )
    if act not in ("up", "down"):
        raise NotFound(_("没有这种操作。"))
    return tried(
        request,
        lambda: api.move_member(member_id=pk, up=act == "up", by=actor),
        _("次序已调整。"),
        "roster:pool",
    )
