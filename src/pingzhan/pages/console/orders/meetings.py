"""研判会: the list, the record of a meeting, decisions, and the minutes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.models import Decision, Meeting
from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.models import Paper
from pingzhan.kernel.errors import DomainError, NotFound, Refused
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.orders.forms import DecisionForm, MeetingForm
from pingzhan.pages.console.orders.lines import lines_of
from pingzhan.pages.console.orders.views import world_of
from pingzhan.pages.console.zones import zone_for

PAGE = 30
LOG = 30


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    found = (
        orders.meetings_visible_to(request_actor(request))
        .select_related("zone", "chair")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这次会议。"))
    return found


@require_GET
@needs(Permission.VIEW_TASKS)
def index(request: HttpRequest) -> HttpResponse:
    """List meetings, the newest first, and the log of decisions."""
    actor = request_actor(request)
    world = world_of(request)
    found = orders.meetings_visible_to(actor).filter(world=world).select_related("chair")
    page = Paginator(found.order_by("-held_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    decisions = (
        orders.decisions_visible_to(actor)
        .filter(world=world)
        .select_related("meeting")
        .prefetch_related("orders")
        .order_by("-pk")[:LOG]
    )
    context = {
        "page": page,
        "decisions": list(decisions),
        "world": world,
        "can_issue": actor.has(Permission.ISSUE_ORDERS),
    }
    return render(request, "console/orders/meetings.html", context)


def _persons(zone: Unit, meeting: Meeting | None = None) -> Any:
    """Return whom a record can name: the officials in service, and who stands in it already."""
    offered = Q(active=True, kind=PersonKind.OFFICIAL)
    if meeting is not None:
        offered |= Q(pk=meeting.chair_id) | Q(pk__in=meeting.people.values("pk"))
    return Person.objects.filter(offered, home_unit__path__startswith=zone.path).order_by("sort_key", "pk")


@require_http_methods(["GET", "POST"])
@needs(Permission.ISSUE_ORDERS)
def new(request: HttpRequest) -> HttpResponse:
    """Record a meeting."""
    zone = zone_for(request, Permission.ISSUE_ORDERS)
    world = world_of(request)
    form = MeetingForm(_persons(zone), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = orders.record_meeting(
                zone=zone, data=form.record(), by=request_actor(request), world=world
            )
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已记录会议，请接着记录决定。"))
            return redirect("orders:meeting", pk=made.pk)
    context = {"form": form, "zone": zone, "world": world, "meeting": None}
    return render(request, "console/orders/meeting_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(Permission.ISSUE_ORDERS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Complete the record of a meeting; its decisions stay as they are."""
    meeting = _meeting(request, pk)
    people = _persons(meeting.zone, meeting)
    initial = {
        name: getattr(meeting, name)
        for name in ("title", "held_at", "place", "chair", "guests", "points", "material")
    }
    initial["people"] = list(meeting.people.values_list("pk", flat=True))
    posted = request.method == "POST"
    form = MeetingForm(people, request.POST) if posted else MeetingForm(people, initial=initial)
    if posted and form.is_valid():
        try:
            orders.change_meeting(meeting=meeting, data=form.record(), by=request_actor(request))
        except Refused:
            raise
        except DomainError as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            return redirect("orders:meeting", pk=pk)
    context = {"form": form, "zone": meeting.zone, "world": meeting.world, "meeting": meeting}
    return render(request, "console/orders/meeting_form.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.VIEW_TASKS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a meeting with its decisions and the orders made of them."""
    return _show(request, _meeting(request, pk))


def _show(request: HttpRequest, meeting: Meeting, form: DecisionForm | None = None) -> HttpResponse:
    actor = request_actor(request)
    seen = orders.visible_to(actor).filter(meeting=meeting)
    issues = actor.has(Permission.ISSUE_ORDERS, meeting.zone.path)
    if form is None and issues:
        form = DecisionForm(initial={"decided_by": meeting.chair.name if meeting.chair is not None else ""})
    writes = actor.has(Permission.WRITE_DOCUMENTS, meeting.zone.path)
    made = papers.papers_of("meeting", meeting.pk)
    context = {
        "meeting": meeting,
        "people": list(meeting.people.order_by("sort_key", "pk")),
        "decisions": _with_orders(meeting),
        "lines": lines_of(list(orders.ordered(seen)), clock.now()),
        "form": form,
        "can_issue": issues,
        "can_write": writes and not meeting.world,
        "papers": list(Paper.objects.visible_to(actor).filter(pk__in=made.values("pk"))),
        "world": meeting.world,
    }
    wrong = form is not None and bool(form.errors)
    return render(request, "console/orders/meeting.html", context, status=422 if wrong else 200)


def _with_orders(meeting: Meeting) -> list[Decision]:
    return list(meeting.decisions.prefetch_related("orders").order_by("pk"))


@require_POST
@needs(Permission.ISSUE_ORDERS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a decision of a meeting."""
    meeting = _meeting(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, meeting, form)
    orders.record_decision(
        zone=meeting.zone,
        meeting=meeting,
        world=meeting.world,
        by=request_actor(request),
        **form.cleaned_data,
    )
    messages.success(request, _("已记录决定。"))
    return redirect("orders:meeting", pk=pk)


@require_POST
@needs(Permission.WRITE_DOCUMENTS)
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the minutes as an official paper and open it."""
    meeting = _meeting(request, pk)
    try:
        paper = orders.draft_minutes(meeting=meeting, by=request_actor(request))
    except Refused:
        raise
    except DomainError as error:
        messages.error(request, f"{error.message}{error.hint}")
        return redirect("orders:meeting", pk=pk)
    return redirect("documents:detail", pk=paper.pk)
