"""Which enterprise a page is about, and the way to it for whoever has one or many."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, request_actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound

MOST_LISTED = 60
"""Enterprises shown to choose from; whoever has more narrows them by name or code."""


def firms_of(actor: Actor, *permissions: Permission) -> QuerySet[Unit]:
    """Return the enterprises for which the actor holds any of the permissions, by name."""
    paths = tuple({path for one in permissions for path in actor.paths(one)})
    return Unit.objects.filter(within("path", paths), kind=UnitKind.ENTERPRISE).order_by("name", "pk")


def firm_for(request: HttpRequest, pk: int, *permissions: Permission) -> Unit:
    """Return the enterprise with this number. NotFound when it is none of the actor's, so that nothing is told."""
    return one_of(firms_of(request_actor(request), *permissions), pk)


def one_of(firms: QuerySet[Unit], pk: int) -> Unit:
    """Return the enterprise with this number among those an actor may see. NotFound when it is none of them."""
    found = firms.filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这家企业，或您无权查看。"))
    return found


def entrance(request: HttpRequest, *, view: str, title: str, permission: Permission) -> HttpResponse:
    """Lead to ``view`` (its argument is the unit's number) of the only enterprise, else let one be chosen.

    For the address of a page without an enterprise, as the navigation has it. Two queries at most.
    """
    asked = request.GET.get("q", "").strip()
    found = firms_of(request_actor(request), permission)
    if asked:
        found = found.filter(Q(name__icontains=asked) | Q(code__iexact=asked))
    firms = list(found[: MOST_LISTED + 1])
    if len(firms) == 1 and not asked:
        return redirect(view, firms[0].pk)
    context = {
        "title": title,
        "q": asked,
        "more": len(firms) > MOST_LISTED,
        "firms": [(firm, reverse(view, args=[firm.pk])) for firm in firms[:MOST_LISTED]],
    }
    return render(request, "company/firms.html", context)
