"""Who can see a unit and why; any page may link here with ``?object=unit:<id>``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.explain import Why, what_may, who_can
from pingzhan.foundation.access.roles import PERMISSION_LABELS, Permission
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import NotFound, Refused
from pingzhan.pages.console.staff.guard import signed_in

EXPLAINED_TO = (
    Permission.MANAGE_ACCOUNTS,
    Permission.VIEW_AUDIT,
    Permission.MANAGE_PRIVACY,
    Permission.EDIT_ENTERPRISE,
    Permission.EDIT_STRUCTURE,
)
"""Who answers for a unit's data, or for who may see it, may ask who sees it."""


def _paths(actor: Actor) -> set[str]:
    paths = {path for permission in EXPLAINED_TO for path in actor.paths(permission)}
    if not paths:
        raise Refused(
            _("您不能查看这里的授权说明。"),
            hint=_("自己能做什么、为什么，在“登录与安全”旁的“我的权限”里看。"),
        )
    return paths


class AskForm(forms.Form):
    """A unit and, if wanted, one permission."""

    unit = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Unit.objects.none())
    permission = forms.ChoiceField(label=gettext_lazy("权限"), required=False)

    def __init__(self, *args: Any, paths: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, permission = self.fields["unit"], self.fields["permission"]
        assert isinstance(unit, forms.ModelChoiceField)
        assert isinstance(permission, forms.ChoiceField)
        unit.queryset = Unit.objects.filter(within("path", paths)).order_by("path")
        permission.choices = [("", _("全部权限"))] + [
            (one.value, str(label)) for one, label in PERMISSION_LABELS.items()
        ]


@never_cache
@require_GET
@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Show everybody who may do something in the chosen unit, and why."""
    paths = _paths(request_actor(request))
    asked = request.GET.copy()
    kind, _colon, number = asked.get("object", "").partition(":")
    if kind == "unit" and number.isdecimal():
        asked["unit"] = number
    form = AskForm(asked if "unit" in asked else None, paths=paths)
    unit: Unit | None = None
    lines: list[dict[str, Any]] = []
    if form.is_bound:
        if not form.is_valid():
            raise NotFound(_("没有这个单位，或您不能查看它。"))
        unit = form.cleaned_data["unit"]
        assert unit is not None
        chosen = form.cleaned_data["permission"]
        lines = _lines(who_can(unit.path, Permission(chosen) if chosen else None))
    context = {"form": form, "unit": unit, "lines": lines, "people": len({one["why"].name for one in lines})}
    return render(request, "console/access/index.html", context)


@never_cache
@require_GET
@signed_in
def account(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show what one account may do, where and why: to everybody for his own, else to who manages accounts."""
    actor = request_actor(request)
    own = actor.user_id == user_id
    if not own and not actor.has(Permission.MANAGE_ACCOUNTS) and not actor.has(Permission.VIEW_AUDIT):
        raise NotFound(_("没有这个账号，或您不能查看它。"))
    user = get_object_or_404(User, pk=user_id)
    return render(
        request, "console/access/account.html", {"account": user, "own": own, "lines": _lines(what_may(user))}
    )


def _lines(found: list[Why]) -> list[dict[str, Any]]:
    units = dict(Unit.objects.filter(path__in={one.path for one in found}).values_list("path", "name"))
    return [
        {"why": one, "unit": units.get(one.path, _("全部") if one.path == "/" else one.path)} for one in found
    ]
