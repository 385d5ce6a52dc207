"""Invitations and device codes: what a person or a phone meets when it follows its link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access import devices, invitations
from pingzhan.foundation.access.roles import ROLES, Role
from pingzhan.foundation.access.signins import mark_way
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.public.setup import PasswordForm, sign_in


def _guard(answer: HttpResponse) -> HttpResponse:
    # The address is a credential: kept in no cache and sent to nobody.
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the invitation is for; POST sets the password, opens the account and signs in.

    Opening the page writes nothing, so programs that open links ahead of people use nothing up.
    """
    invitation = invitations.usable(token)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(token=token, password=form.cleaned_data["password"])
        except Invalid as error:
            form.add_error(None, error.message)
        else:
            mark_way(request, "invitation")
            return _guard(sign_in(request, user))
    context = {
        "form": form,
        "invitation": invitation,
        "role": ROLES[Role(invitation.role)],
        "unit": Unit.objects.filter(path=invitation.unit_path).values_list("name", flat=True).first() or "",
    }
    return _guard(render(request, "public/join.html", context, status=422 if form.is_bound else 200))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol_device(request: HttpRequest, token: str) -> HttpResponse:
    """Show which device this code is for; POST enrols it and shows its token once, for the phone to keep."""
    device = devices.waiting(token)
    context = {
        "device": device,
        "unit": Unit.objects.filter(path=device.unit_path).values_list("name", flat=True).first() or "",
        "secret": "",
    }
    if request.method == "POST":
        context["device"], context["secret"] = devices.enrol(token=token)
    return _guard(render(request, "public/device.html", context))
