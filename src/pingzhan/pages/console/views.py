"""The address '/': everybody starts on his own first screen."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Refused
from pingzhan.pages.console.nav import first_screen


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the first screen of his role. Raises Refused when he has no role yet."""
    address = first_screen(request_actor(request))
    if address is None:
        raise Refused(
            _("您的账号还没有任何角色。"),
            hint=_("请联系安全管理员授予角色，然后重新登录。"),
            code="no_role",
        )
    return redirect(address)
