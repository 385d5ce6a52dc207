"""What allauth would allow and we do not: removing the last security key, setting a first password oneself."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from pingzhan.foundation.accounts.factors import FactorAdapter
from pingzhan.kernel.errors import Conflict, NotFound


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


@login_required
def no_password(request: HttpRequest) -> HttpResponseBase:
    """Answer 404: an account without a password gets one by a link of the system administrator."""
    raise NotFound(
        _("这个账号没有密码，不能修改。"),
        hint=_("演示人物没有密码；其他账号请向系统管理员要设置密码的链接。"),
    )
