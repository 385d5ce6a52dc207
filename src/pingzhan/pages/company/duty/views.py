"""企业值守: who is on duty in each enterprise, and of one the week and whom to ring now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact
from pingzhan.domain.premises import api as premises
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.pages.company.duty.cards import cards
from pingzhan.pages.company.firms import firm_for
from pingzhan.pages.company.zoned import narrowed, watched
from pingzhan.pages.console.guard import needs

WEEK = timedelta(days=7)
CALLABLE = (Channel.PHONE, Channel.SMS)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Lead to the only enterprise, or show who is on duty in all of them, those with gaps first."""
    firms = list(watched(request))
    if len(firms) == 1:
        return redirect("firm_duty:firm", firms[0].pk)
    today = premises.duty_day()
    found = premises.duty_of_firms([one.pk for one in firms], today)
    page, context = narrowed(request, [(one, found[one.pk]) for one in firms], lambda line: line.lacking)
    shown = [line.today for _firm, line in page.object_list if line.today is not None]
    who = cards([one for row in shown for one in (row.leader, row.officer)])
    context |= {
        "title": _("企业值守"),
        "day": today,
        "rows": [
            (
                firm,
                line,
                who[line.today.leader_id] if line.today else None,
                who[line.today.officer_id] if line.today else None,
            )
            for firm, line in page.object_list
        ],
        "firms": len(firms),
        "nobody": sum(line.today is None for line in found.values()),
        "gaps": sum(bool(line.gaps) for line in found.values()),
        "short": sum(bool(line.short) for line in found.values()),
    }
    return render(request, "company/duty/zone.html", context)


def monday_of(request: HttpRequest, today: date) -> date:
    """Return the Monday of the week of the address, of this week when it names none near."""
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return clock.monday(today)
    return clock.monday(asked if abs(asked - today) < timedelta(days=400) else today)


@require_GET
@needs(Permission.VIEW_LEDGERS)
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is on duty now, the contact person, and the week with its gaps."""
    actor = request_actor(request)
    unit = firm_for(request, pk, Permission.VIEW_LEDGERS)
    today = premises.duty_day()
    monday = monday_of(request, today)
    days = premises.week(unit, monday)
    now = days.get(today) if today in days else premises.week(unit, clock.monday(today))[today]
    seen = [*(row for row in days.values() if row is not None), *([now] if now is not None else [])]
    who = cards([one for row in seen for one in (row.leader, row.officer)])
    contact = premises.contact_persons([unit.pk]).get(unit.pk)
    ways = (
        list(Contact.objects.filter(person=contact, channel__in=CALLABLE).select_related("person"))
        if contact is not None
        else []
    )
    near = {today + timedelta(days=n) for n in range(-7, 8)}
    context: dict[str, Any] = {
        "title": _("企业值守"),
        "firm": unit,
        "today": today,
        "now": (who[now.leader_id], who[now.officer_id]) if now is not None else None,
        "contact": contact,
        "ways": list(zip(ways, organisation.masked(ways).values(), strict=True)) if ways else [],
        "days": [
            {
                "day": day,
                "leader": who[row.leader_id] if row is not None else None,
                "officer": who[row.officer_id] if row is not None else None,
                "near": day in near,
                "gap": row is None and day >= today,
            }
            for day, row in days.items()
        ],
        "gaps": sum(row is None and day >= today for day, row in days.items()),
        "monday": monday,
        "before": monday - WEEK,
        "after": monday + WEEK,
        "this_week": monday == clock.monday(today),
        "short": premises.missing_tasks(unit),
        "keeps": premises.can_keep(actor, unit),
        "reveals": actor.has(Permission.REVEAL_PERSONAL, unit.path),
    }
    return render(request, "company/duty/firm.html", context)
