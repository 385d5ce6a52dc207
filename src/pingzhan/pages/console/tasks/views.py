"""我的任务: the page and its live fragment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.command import api as command
from pingzhan.domain.drills import api as drills
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.messages import reading
from pingzhan.pages.console.freshness import fresh_version
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.panels import task_panels
from pingzhan.pages.console.seats import seat_view
from pingzhan.pages.console.work import task_view

SHOWN = 60
INBOX = 10
GROUP_SHOWN = 12
"""Seats nobody answers for that a head's page lists; the head of the leading group may have many."""


@require_GET
@needs(Permission.VIEW_TASKS)
def mine(request: HttpRequest) -> HttpResponse:
    """Show my posts, my tasks and my notices; looking at a post marks it seen, never confirmed."""
    person = request_actor(request).person_id
    if person is not None:
        for world in worlds_of(request, person):
            for pk in command.unseen_of_person(person, world):
                command.mark_seen(seat_id=pk, by=request_actor(request))
    context = context_of(request)
    if request.user.pk is not None:
        unread = [item.notice.pk for item in context["inbox"] if item.unread]
        if unread:
            reading.mark_read(account_id=request.user.pk, notice_ids=unread)
    return render(request, "console/tasks/mine.html", context)


@require_GET
@needs(Permission.VIEW_TASKS)
def fragment(request: HttpRequest) -> HttpResponse:
    """Return my work anew, or 204 when the page's version ``v`` still shows it as it is."""
    version = _version(request)
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return render(request, "console/tasks/_mine.html", context_of(request, version))


def answer(request: HttpRequest) -> HttpResponse:
    """Answer an action: htmx gets the fragment as it is now, a plain form goes back to the page."""
    if request.headers.get("HX-Request") != "true":
        return redirect("tasks:mine")
    return render(request, "console/tasks/_mine.html", context_of(request))


def context_of(request: HttpRequest, version: str = "") -> dict[str, Any]:
    """Return all the page shows. The number of queries is fixed."""
    actor = request_actor(request)
    context: dict[str, Any] = {
        "person": None,
        "inbox": [],
        "lead": "",
        "version": version or _version(request),
    }
    if actor.person_id is not None:
        context |= _work(actor.person_id, worlds_of(request, actor.person_id))
        context["panels"] = task_panels(request)
    if request.user.pk is not None:
        context["inbox"] = reading.inbox(request.user.pk, INBOX)
        context["unread"] = sum(item.unread for item in context["inbox"])
    return context


def _version(request: HttpRequest) -> str:
    unread = reading.unread_count(request.user.pk) if request.user.pk is not None else 0
    return fresh_version(request_actor(request).person_id, unread)


def worlds_of(request: HttpRequest, person_id: int) -> list[int]:
    """Return the worlds a person has something to do in: the real one, then the drills he takes part in."""
    known: list[int] | None = request.__dict__.get("_worlds")
    if known is None:
        known = [0, *(one.world for one in drills.worlds_of_person(person_id))]
        request.__dict__["_worlds"] = known
    return known


def _work(person_id: int, worlds: list[int]) -> dict[str, Any]:
    now = timezone.now()
    seats = [seat for world in worlds for seat in command.seats_of_person(person_id, world)]
    live = [task for world in worlds for task in command.tasks_of_person(person_id, world)[: SHOWN + 1]]
    tasks = [task_view(task, now) for task in live[:SHOWN]]
    views = [seat_view(seat) for seat in seats]
    matters = command.head_matters(person_id)
    person = seats[0].person if seats else Person.objects.filter(pk=person_id).first()
    return {
        "person": person,
        "lead": _("%(name)s，%(n)d 个岗位") % {"name": person.name if person else "", "n": len(views)},
        "seats": views,
        "heads": {
            "unanswered": [seat_view(seat) for seat in matters.unanswered[:GROUP_SHOWN]],
            "more": max(0, len(matters.unanswered) - GROUP_SHOWN),
            "late": [seat_view(seat) for seat in matters.late],
        }
        if matters
        else None,
        "unconfirmed": sum(seat.can_confirm for seat in views),
        "tasks": tasks,
        "tasks_more": len(live) > SHOWN,
        "open_count": len(tasks),
        "late_count": sum(task.late for task in tasks),
        "parked": [task_view(task, now) for task in command.parked_of_person(person_id)[:SHOWN]],
        "done": [task_view(task, now) for task in command.done_of_person(person_id)[:SHOWN]],
    }
