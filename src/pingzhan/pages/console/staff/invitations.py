"""邀请: proposing, agreeing, and printing the links with their QR codes."""

from __future__ import annotations

from itertools import count
from typing import Any

import segno
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from pypinyin import lazy_pinyin

from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access import invitations
from pingzhan.foundation.access.actions import may_hand_out
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.models import Invitation
from pingzhan.foundation.access.roles import ROLES, Role
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Invalid, Refused
from pingzhan.pages.console.staff.forms import InviteForm
from pingzhan.pages.console.staff.guard import signed_in
from pingzhan.pages.console.staff.listing import invitation_rows, invitation_state, role_name
from pingzhan.pages.console.zones import unit_names

PAGE = 50
OFFERED = 500
"""People offered for an invitation at once."""


def _entry(actor: Actor) -> None:
    if not invitations.can_propose(actor):
        raise Refused(_("您没有邀请人员的权限。"), hint=_("需要时请安全管理员授予相应角色。"))


def _inviteable(actor: Actor, role: Role) -> QuerySet[Person]:
    """Return the people without an account for whom the actor may propose this role, by unit and name."""
    paths = {
        path
        for permission, roles in invitations.PROPOSED_BY.items()
        if role in roles
        for path in actor.paths(permission)
    }
    kind = PersonKind.COMPANY if role in (Role.COMPANY, Role.GATE_GUARD) else PersonKind.OFFICIAL
    waiting = Invitation.objects.filter(
        used_at=None, withdrawn_at=None, person_id__isnull=False, role=role.value
    )
    return (
        Person.objects.filter(
            within("home_unit__path", paths), account=None, provisional=False, active=True, kind=kind
        )
        .exclude(pk__in=waiting.values("person_id"))
        .select_related("home_unit")
        .order_by("home_unit__path", "sort_key", "pk")
    )


def usernames(people: list[Person]) -> dict[int, str]:
    """Return a free user name for each person: unit code and the reading of the name, numbered when taken."""
    stems = {
        one.pk: "".join(
            part for part in (one.home_unit.code, "-", *lazy_pinyin(one.name)) if part.isascii()
        ).casefold()[:50]
        for one in people
    }
    used = set(User.objects.filter(username__in=stems.values()).values_list("username", flat=True))
    used |= set(Invitation.objects.filter(used_at=None, withdrawn_at=None).values_list("username", flat=True))
    found: dict[int, str] = {}
    for pk, stem in stems.items():
        clean = "".join(mark for mark in stem if mark.isalnum() or mark in "-_.") or "u"
        names = (clean if n == 1 else f"{clean}{n}" for n in count(1))
        found[pk] = next(name for name in names if name not in used)
        used.add(found[pk])
    return found


@require_GET
@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Show the invitations the person may see, and the form to propose more."""
    _entry(request_actor(request))
    return _index(request)


@require_POST
@signed_in
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a role for the chosen people."""
    actor = request_actor(request)
    _entry(actor)
    role = _role(request.POST.get("role"), actor)
    form = InviteForm(request.POST, people=_inviteable(actor, role)[:OFFERED])
    if not form.is_valid():
        return _index(request, form, role)
    people = list(form.cleaned_data["people"])
    names = usernames(people)
    invitations.propose(
        invitees=[
            invitations.Invitee(
                name=one.name, username=names[one.pk], unit_path=one.home_unit.path, person_id=one.pk
            )
            for one in people
        ],
        role=role,
        by=actor,
    )
    return redirect("staff:invitations")


@require_POST
@signed_in
def approve(request: HttpRequest) -> HttpResponse:
    """Agree to the roles of the chosen invitations."""
    invitations.approve(ids=_chosen(request), by=request_actor(request))
    return redirect("staff:invitations")


@never_cache
@require_POST
@signed_in
def issue(request: HttpRequest) -> HttpResponse:
    """Issue the links of the chosen invitations and show them once, as a sheet to print and cut."""
    issued = invitations.issue_links(ids=_chosen(request), by=request_actor(request))
    if not issued:
        raise Invalid(_("所选邀请还没有经安全管理员同意，或已用过。"), code="none_issued")
    units = dict(
        Unit.objects.filter(path__in={row.unit_path for row, _path in issued}).values_list("path", "name")
    )
    slips = [
        {
            "row": row,
            "unit": units.get(row.unit_path, ""),
            "role": ROLES[Role(row.role)].label,
            "link": settings.PUBLIC_URL + path,
            "qr": segno.make(settings.PUBLIC_URL + path, error="m").svg_data_uri(scale=4, border=2),
        }
        for row, path in issued
    ]
    return render(request, "console/staff/slips.html", {"slips": slips, "days": invitations.LIFE.days})


@require_POST
@signed_in
def withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    actor = request_actor(request)
    found = get_object_or_404(invitations.visible_to(actor), pk=invitation_id)
    invitations.withdraw(invitation=found, by=actor)
    return redirect("staff:invitations")


def _chosen(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("ids") if text.isdecimal()]


def _role(text: str | None, actor: Actor) -> Role:
    offered = _offered(actor)
    return next((role for role in offered if role.value == text), offered[0] if offered else Role.OFFICIAL)


def _offered(actor: Actor) -> list[Role]:
    """Return the roles the actor may propose somewhere, those of many people first."""
    may = {
        role
        for permission, roles in invitations.PROPOSED_BY.items()
        if actor.has(permission)
        for role in roles
    }
    first = [role for role in (Role.COMPANY, Role.OFFICIAL) if role in may]
    return first + [role for role in Role if role in may and role not in first]


def _index(request: HttpRequest, form: InviteForm | None = None, role: Role | None = None) -> HttpResponse:
    actor = request_actor(request)
    role = role or _role(request.GET.get("role"), actor)
    every = request.GET.get("all") == "1"
    page = Paginator(invitation_rows(actor, request.GET), PAGE).get_page(request.GET.get("page"))
    units = unit_names(row.unit_path for row in page)
    people = _inviteable(actor, role)[:OFFERED]
    context: dict[str, Any] = {
        "page": page,
        "rows": [
            {
                "row": row,
                "role": role_name(row.role),
                "unit": units[row.unit_path],
                "state": invitation_state(row),
            }
            for row in page
        ],
        "every": every,
        "query": "all=1" if every else "",
        "form": form or InviteForm(people=people),
        "role": role,
        "roles": [(one.value, ROLES[one].label) for one in _offered(actor)],
        "approves": any(may_hand_out(actor, one) for one in Role) and Role.SECURITY_ADMIN in actor.roles,
        "issues": Role.SYSTEM_ADMIN in actor.roles,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "console/staff/invitations.html", context, status=status)
