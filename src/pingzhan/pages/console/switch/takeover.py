"""提级指挥: who commands each scope in an emergency; the level above takes over and hands back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import CommandTenure
from pingzhan.domain.organisation.enums import PersonKind
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.actor import request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import DomainError
from pingzhan.pages.console.guard import needs
from pingzhan.pages.console.switch.forms import HandBackForm, TakeCommandForm
from pingzhan.pages.console.zones import zone_for


@require_http_methods(["GET", "POST"])
@needs(Permission.ORDER_SWITCH)
def takeover(request: HttpRequest) -> HttpResponse:
    """Show who commands now and the form for taking command or handing it back."""
    zone = zone_for(request, Permission.ORDER_SWITCH)
    actor = request_actor(request)
    tenures = [
        one for one in command.tenures_in_force(zone) if actor.has(Permission.ORDER_SWITCH, one.unit.path)
    ]
    known = Person.objects.filter(active=True, kind=PersonKind.OTHER, home_unit__path__startswith=zone.path)
    back = "back" in request.POST
    take_form = TakeCommandForm(tenures, known, None if back else request.POST or None)
    back_form = HandBackForm([one for one in tenures if one.upper], request.POST if back else None)
    form = back_form if back else take_form
    if request.method == "POST" and form.is_valid():
        try:
            said = _hand_back(request, back_form) if back else _take(request, take_form)
        except DomainError as error:
            form.add_error(None, error.message + error.hint)
        else:
            messages.success(request, said)
            return redirect("switch:takeover")
    context = {
        "zone": zone,
        "tenures": tenures,
        "take_form": take_form,
        "back_form": back_form,
        "taken": any(one.upper for one in tenures),
    }
    return render(request, "console/switch/takeover.html", context, status=422 if form.errors else 200)


def _take(request: HttpRequest, form: TakeCommandForm) -> str:
    data = form.cleaned_data
    tenure: CommandTenure = data["scope"]
    made = command.take_command(
        unit=tenure.unit,
        person=data["person"] or command.Newcomer(data["name"], data["title"], data["phone"]),
        note=data["note"],
        by=request_actor(request),
    )
    return _("%(unit)s现由上级%(name)s指挥，原指挥人任副职，岗位不变。") % {
        "unit": made.unit.name,
        "name": made.person.name,
    }


def _hand_back(request: HttpRequest, form: HandBackForm) -> str:
    tenure: CommandTenure = form.cleaned_data["scope"]
    now = command.hand_back(unit=tenure.unit, note=form.cleaned_data["note"], by=request_actor(request))
    if now is None:
        return _("上级已交回%(unit)s的指挥，现在无人指挥，请立即指定。") % {"unit": tenure.unit.name}
    return _("上级已交回指挥：%(unit)s现由%(name)s指挥。") % {
        "unit": tenure.unit.name,
        "name": now.person.name,
    }
