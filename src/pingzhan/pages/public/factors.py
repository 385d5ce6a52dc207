"""Removing a security key, which allauth would allow for the last one too."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from pingzhan.foundation.accounts.factors import FactorAdapter
from pingzhan.kernel.errors import Conflict


@login_required
def remove_key(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask, and on POST remove one of one's own keys; Conflict for the last factor of a role that needs one."""
    user = request.user
    found = get_object_or_404(Authenticator, pk=pk, user=user, type=Authenticator.Type.WEBAUTHN)
    adapter = FactorAdapter()
    if not adapter.can_delete_authenticator(found):
        message = adapter.error_messages["cannot_delete_authenticator"]
        raise Conflict(str(message), code="last_factor")
    answer: HttpResponseBase = views.remove_webauthn(request, pk=pk)
    return answer
