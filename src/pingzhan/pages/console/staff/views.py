"""账号与角色: a list of accounts, and one page for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access import actions
from pingzhan.foundation.access.actor import Actor, request_actor, require
from pingzhan.foundation.access.invitations import can_propose
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import ROLES, Permission, Role
from pingzhan.foundation.accounts import lockout
from pingzhan.foundation.accounts.factors import KINDS, REAL, factors_of
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.accounts.required import factor_required
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.staff.forms import AccountForm, GrantForm, TieForm

PAGE = 50
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _entry(view: View[P]) -> View[P]:
    """Let in who manages accounts, and who edits the structure (to tie accounts to persons)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        actor = request_actor(request)
        if not actor.has(Permission.EDIT_STRUCTURE):
            require(actor, Permission.MANAGE_ACCOUNTS)
        return view(request, *args, **kwargs)

    return cast(View[P], login_required(guarded))


def _opens(actor: Actor) -> bool:
    return Role.SYSTEM_ADMIN in actor.roles


@require_GET
@_entry
def index(request: HttpRequest) -> HttpResponse:
    """Show the accounts with their roles, by user name."""
    return _index(request, AccountForm())


@never_cache
@require_POST
@_entry
def open_account(request: HttpRequest) -> HttpResponse:
    """Open an account and show the link by which its owner sets his password, once."""
    form = AccountForm(request.POST)
    if form.is_valid():
        actor = request_actor(request)
        data = form.cleaned_data
        try:
            user = actions.open_account(username=data["username"], name=data["name"], password=None, by=actor)
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            path = actions.issue_password_link(user=user, by=actor)
            return _detail(request, user, link=settings.PUBLIC_URL + path)
    return _index(request, form)


@require_GET
@_entry
def detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show one account: roles, person, what may be done."""
    return _detail(request, get_object_or_404(User, pk=user_id))


@never_cache
@require_POST
@_entry
def issue_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show a new link to set the password, once."""
    user = get_object_or_404(User, pk=user_id)
    path = actions.issue_password_link(user=user, by=request_actor(request))
    return _detail(request, user, link=settings.PUBLIC_URL + path)


@require_POST
@_entry
def set_active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account or open it again."""
    user = get_object_or_404(User, pk=user_id)
    active = request.POST.get("active") == "1"
    actions.set_account_active(user=user, active=active, by=request_actor(request))
    return redirect("staff:detail", user_id=user_id)


@require_POST
@_entry
def unlock(request: HttpRequest, user_id: int) -> HttpResponse:
    """Let a held-up account sign in at once."""
    user = get_object_or_404(User, pk=user_id)
    actions.unlock_account(user=user, by=request_actor(request))
    return redirect("staff:detail", user_id=user_id)


@require_POST
@_entry
def reset_factors(request: HttpRequest, user_id: int) -> HttpResponse:
    """Remove the second factors of a person who has lost his."""
    user = get_object_or_404(User, pk=user_id)
    actions.reset_factors(user=user, by=request_actor(request))
    return redirect("staff:detail", user_id=user_id)


@require_POST
@_entry
def grant(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a role for a unit."""
    user = get_object_or_404(User, pk=user_id)
    actor = request_actor(request)
    require(actor, Permission.MANAGE_ACCOUNTS)
    form = GrantForm(request.POST, actor=actor)
    if not form.is_valid():
        return _detail(request, user, grant_form=form)
    data = form.cleaned_data
    actions.grant_role(user=user, role=Role(data["role"]), unit_path=data["unit_path"], by=actor)
    return redirect("staff:detail", user_id=user_id)


@require_POST
@_entry
def revoke(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Take a role away."""
    found = get_object_or_404(RoleGrant.objects.select_related("user"), pk=grant_id)
    actions.revoke_role(grant=found, by=request_actor(request))
    return redirect("staff:detail", user_id=found.user_id)


@require_POST
@_entry
def tie(request: HttpRequest, user_id: int) -> HttpResponse:
    """Say which person of the zone the account belongs to."""
    user = get_object_or_404(User, pk=user_id)
    actor = request_actor(request)
    require(actor, Permission.EDIT_STRUCTURE)
    form = TieForm(request.POST, actor=actor, user_id=user.pk)
    if not form.is_valid():
        return _detail(request, user, tie_form=form)
    person: Person | None = form.cleaned_data["person"]
    with transaction.atomic():
        now = Person.objects.filter(account=user).first()
        if now is not None and now != person:
            organisation.link_account(person=now, user=None, by=actor)
        if person is not None and now != person:
            organisation.link_account(person=person, user=user, by=actor)
    return redirect("staff:detail", user_id=user_id)


def _index(request: HttpRequest, form: AccountForm) -> HttpResponse:
    actor = request_actor(request)
    users = User.objects.prefetch_related("grants").order_by("username")
    page = Paginator(users, PAGE).get_page(request.GET.get("page"))
    persons = dict(
        Person.objects.filter(account_id__in=[user.pk for user in page]).values_list("account_id", "name")
    )
    locked = lockout.locked_usernames()
    protected = set(
        Authenticator.objects.filter(user_id__in=[user.pk for user in page], type__in=REAL).values_list(
            "user_id", flat=True
        )
    )
    rows = [
        {
            "user": user,
            "locked": lockout.plain_username(user.username) in locked,
            "factor": user.pk in protected,
            "roles": list(dict.fromkeys(_label(one.role) for one in user.grants.all())),
            "person": persons.get(user.pk, ""),
        }
        for user in page
    ]
    context = {
        "rows": rows,
        "page": page,
        "form": form,
        "opens": _opens(actor),
        "invites": can_propose(actor),
    }
    return render(request, "console/staff/index.html", context, status=422 if form.is_bound else 200)


def _detail(
    request: HttpRequest,
    user: User,
    *,
    link: str = "",
    grant_form: GrantForm | None = None,
    tie_form: TieForm | None = None,
) -> HttpResponse:
    actor = request_actor(request)
    grants = list(user.grants.all())
    units = dict(Unit.objects.filter(path__in=[one.unit_path for one in grants]).values_list("path", "name"))
    own = actor.user_id == user.pk
    ties = actor.has(Permission.EDIT_STRUCTURE)
    person = Person.objects.filter(account=user).first()
    if ties and tie_form is None:
        tie_form = TieForm(initial={"person": person}, actor=actor, user_id=user.pk)
    hands_out = not own and actor.has(Permission.MANAGE_ACCOUNTS)
    if hands_out and grant_form is None:
        grant_form = GrantForm(actor=actor)
    context: dict[str, Any] = {
        "account": user,
        "grants": [
            {
                "pk": one.pk,
                "role": _label(one.role),
                "unit": units.get(one.unit_path, _("全部") if one.unit_path == "/" else one.unit_path),
                "revocable": hands_out
                and one.role in set(Role)
                and actions.may_hand_out(actor, Role(one.role)),
            }
            for one in grants
        ],
        "person": person,
        "lock": lockout.lock_of(username=user.username, address=None),
        "factors": [str(KINDS[one.type]) for one in factors_of(user.pk) if one.type in REAL],
        "required": factor_required(user),
        "last": user.sign_ins.filter(ok=True).first(),
        "own": own,
        "opens": _opens(actor) and not own,
        "grant_form": grant_form if hands_out else None,
        "tie_form": tie_form if ties else None,
        "link": link,
    }
    wrong = any(form is not None and form.is_bound for form in (grant_form, tie_form))
    return render(request, "console/staff/detail.html", context, status=422 if wrong else 200)


def _label(role: str) -> str:
    return str(ROLES[Role(role)].label) if role in set(Role) else role
