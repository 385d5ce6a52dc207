"""The pass of an invited visitor: opened by himself without a sign-in, or scanned by the guard."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import AppointmentState
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import DomainError


@require_safe
def visitor_pass(request: HttpRequest, token: str) -> HttpResponse:
    """Show when and where somebody is expected, and the code the guard asks for; to the guard also the way in.

    Names are masked, and nothing else of the person is shown: a link may fall into other hands.
    """
    try:
        found = gate.open_pass(token)
    except DomainError as error:
        context: dict[str, Any] = {"message": error.message, "hint": error.hint}
        answer = render(request, "company/gate/pass.html", context, status=error.status)
    else:
        moment = clock.now()
        usable = found.state == AppointmentState.APPROVED and found.t1 > moment
        (entry,) = gate.entries([found])
        actor = request_actor(request)
        address = settings.PUBLIC_URL + request.path
        context = {
            "row": found,
            "name": entry.texts.masked_name,
            "unit": found.enterprise,
            "usable": usable,
            "words": _("这个预约%(state)s，现在不能用。")
            % {"state": _state(found.state, past=found.t1 <= moment)},
            "qr": segno.make(address, error="m").svg_data_uri(scale=6, border=2) if usable else "",
            "guard": actor.is_signed_in and gate.can_keep_gate(actor, found.enterprise),
            "health": gate.standard_of(found.enterprise).health_checks,
        }
        answer = render(request, "company/gate/pass.html", context)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _state(state: str, *, past: bool) -> str:
    if past and state == AppointmentState.APPROVED:
        return _("已过期")
    return str(AppointmentState(state).label)
