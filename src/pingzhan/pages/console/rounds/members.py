"""Who belongs to a sampling team: the list, somebody added, somebody taken out."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.organisation.models import Person
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import MemberKind, MemberRole
from pingzhan.domain.screening.models import SamplingTeam, TeamMember
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.pages.console.rounds.forms import MemberForm
from pingzhan.pages.console.rounds.shared import PLANS, SEES

PAST = 50
"""Former members shown."""


def _team(request: HttpRequest, pk: int) -> SamplingTeam:
    found = screening.teams_visible_to(request_actor(request)).select_related("zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这个采样队，或您无权查看。"))
    return found


@require_GET
@SEES
def index(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the members of a team, now and before, and a form to add one."""
    team = _team(request, pk)
    plans = screening.can_plan(request_actor(request), team.zone)
    return _shown(request, team, MemberForm(persons=_free(team)) if plans else None)


@require_POST
@PLANS
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody into a team."""
    team = _team(request, pk)
    form = MemberForm(request.POST, persons=_free(team))
    if form.is_valid():
        data = form.cleaned_data
        try:
            screening.add_member(
                team=team,
                person=data["person"],
                kind=MemberKind(data["kind"]),
                role=MemberRole(data["role"]),
                by=request_actor(request),
            )
        except (Invalid, Conflict) as error:
            form.add_error("person" if error.place == "person" else None, f"{error.message}{error.hint}")
        else:
            messages.success(request, _("已加入采样队。"))
            return redirect("rounds:members", team.pk)
    return _shown(request, team, form)


def _free(team: SamplingTeam) -> QuerySet[Person]:
    """Return who may be put into a team; whoever was put into another meanwhile is refused by the action."""
    taken = TeamMember.objects.filter(person=OuterRef("pk"), t1__isnull=True)
    return Person.objects.filter(
        ~Exists(taken), home_unit__path__startswith=team.zone.path, active=True, provisional=False
    ).select_related("home_unit")


def _shown(request: HttpRequest, team: SamplingTeam, form: MemberForm | None) -> HttpResponse:
    members = screening.members_visible_to(request_actor(request)).filter(team=team)
    members = members.select_related("person__home_unit")
    context = {
        "team": team,
        "form": form,
        "members": list(members.filter(t1__isnull=True).order_by("t0", "pk")),
        "past": list(members.filter(t1__isnull=False).order_by("-t1", "-pk")[:PAST]),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/rounds/members.html", context, status=status)


@require_POST
@PLANS
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody out of his team."""
    actor = request_actor(request)
    found = screening.members_visible_to(actor).select_related("team__zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这名成员，或您无权查看。"))
    try:
        screening.end_member(member=found, by=actor)
    except Conflict as error:
        messages.error(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("已结束。"))
    return redirect("rounds:members", found.team_id)
