"""When phones fail: sheets of racks to print, and what was written on them entered under the same tube codes."""

from __future__ import annotations

import math
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.models import Round, Slot
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Conflict, Invalid
from pingzhan.pages.console.custody.forms import PaperForm
from pingzhan.pages.console.custody.shared import KEEPS, SEES, round_for

RACK = 10
"""Tubes of one rack, one sheet of paper."""
SPARE = 0.1
"""Part of the planned tubes that is printed in addition: tubes break, and people come who were not expected."""


def _stops(round_: Round) -> list[Slot]:
    """Return one slot for each team and enterprise, in the order of the day."""
    seen: dict[tuple[int, int], Slot] = {}
    for slot in screening.slots_in_force(Slot.objects.filter(round=round_)):
        seen.setdefault((slot.team_id, slot.enterprise_id), slot)
    return list(seen.values())


@require_GET
@SEES
def racks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the sheets to print: one for each rack of each team and enterprise."""
    round_ = round_for(request_actor(request), pk)
    tubes: dict[tuple[int, int], int] = {}
    for slot in screening.slots_in_force(Slot.objects.filter(round=round_)):
        key = (slot.team_id, slot.enterprise_id)
        tubes[key] = tubes.get(key, 0) + slot.tubes
    sheets: list[dict[str, Any]] = []
    for stop in _stops(round_):
        n = math.ceil(tubes[stop.team_id, stop.enterprise_id] * (1 + SPARE))
        for rack in range(math.ceil(n / RACK)):
            sheets.append(
                {
                    "team": stop.team.name,
                    "firm": stop.enterprise.name,
                    "rack": rack + 1,
                    "tubes": range(min(RACK, n - rack * RACK)),
                }
            )
    context = {"round": round_, "sheets": sheets, "places": range(round_.pool_size)}
    return render(request, "console/custody/racks.html", context)


@require_http_methods(["GET", "POST"])
@KEEPS
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a tube from paper; team, enterprise, time and sampler stay for the next one."""
    actor = request_actor(request)
    round_ = round_for(actor, pk)
    found = {f"{one.team_id}-{one.enterprise_id}": one for one in _stops(round_)}
    stops = [(key, _("%(team)s，%(firm)s") % {"team": one.team.name, "firm": one.enterprise.name})
             for key, one in found.items()]  # fmt: skip
    kept = {key: request.GET[key] for key in ("stop", "sampler") if key in request.GET}
    form = PaperForm(
        request.POST if request.method == "POST" else None,
        stops=stops,
        initial={"at": timezone.localtime().replace(second=0), **kept},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        stop = found[data["stop"]]
        try:
            told = screening.enter_paper(
                round_=round_,
                team=stop.team,
                enterprise=stop.enterprise,
                sheet=screening.PaperTube(
                    data["tube"], data["numbers"], data["at"], data["sampler"], data["over"], data["box"]
                ),
                by=actor,
            )
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        except Conflict as error:
            form.add_error(None, f"{error.message}{error.hint}")
        else:
            _tell(request, data["tube"].strip().upper(), told)
            query = urlencode({"stop": data["stop"], "sampler": data["sampler"]})
            return redirect(f"{reverse('custody:paper', args=[round_.pk])}?{query}")
    context = {"round": round_, "form": form, "stops": stops}
    return render(request, "console/custody/paper.html", context, status=422 if form.errors else 200)


def _tell(request: HttpRequest, tube: str, told: screening.PaperAnswer) -> None:
    """Say what became of everybody on the sheet."""
    words = ngettext("%(tube)s：登记 %(n)d 人。", "%(tube)s：登记 %(n)d 人。", told.stored) % {
        "tube": tube, "n": told.stored,
    }  # fmt: skip
    if told.same:
        words += ngettext("已有 %(n)d 人。", "已有 %(n)d 人。", told.same) % {"n": told.same}
    messages.success(request, words)
    for number, why in told.refused:
        messages.error(request, _("工号 %(number)s：%(why)s") % {"number": number, "why": why})
    for why in told.doubts:
        messages.warning(request, why)
