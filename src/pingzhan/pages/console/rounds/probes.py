"""愿检和抽检: the swabs taken outside the rounds, filtered and exported, and one of them recorded."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ProbeKind, TubeState, Verdict
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Invalid, NotFound
from pingzhan.pages.console.custody.shared import TUBE_TONES
from pingzhan.pages.console.laboratory.shared import TONES
from pingzhan.pages.console.rounds.forms import ProbeForm
from pingzhan.pages.console.rounds.shared import PROBES, PROBES_ADD, tabs

PAGE = 50


def _zone(request: HttpRequest) -> Unit:
    found = list(screening.probe_zones(request_actor(request)))
    asked = request.POST.get("zone") or request.GET.get("zone") or ""
    if asked.isascii() and asked.isdigit():
        found = [zone for zone in found if str(zone.pk) == asked]
    if not found:
        raise NotFound(_("没有您可以查看的开发区。"), code="no_zone")
    return found[0]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_GET
@PROBES
def index(request: HttpRequest) -> HttpResponse:
    """Show the swabs taken outside the rounds, names masked; ``kind``, ``verdict``, ``first`` and ``last`` narrow."""
    actor, zone = request_actor(request), _zone(request)
    sees = screening.sees_verdicts(actor, zone)
    kind = request.GET.get("kind", "")
    verdict = request.GET.get("verdict", "") if sees else ""
    first, last = _day(request.GET.get("first", "")), _day(request.GET.get("last", ""))
    rows = screening.probes_of(
        screening.probes_visible_to(actor).filter(tube__round__zone=zone),
        kind=kind,
        verdict=verdict,
        first=first,
        last=last,
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    said = {"kind": kind, "verdict": verdict, "first": first or "", "last": last or ""}
    query = urlencode({"zone": zone.pk, **{key: value for key, value in said.items() if value}})
    context = {
        "zone": zone,
        "tabs": tabs() if screening.can_see(actor, zone) else [],
        "tab": "probes",
        "page": page,
        "rows": [
            (
                one,
                TUBE_TONES[TubeState(one.probe.tube.state)],
                TONES[Verdict(one.probe.tube.verdict)] if sees and one.probe.tube.verdict else "",
            )
            for one in screening.probe_lines(list(page.object_list), whole=False)
        ],
        "sees": sees,
        "adds": screening.can_probe(actor, zone),
        "kinds": ProbeKind.choices,
        "verdicts": Verdict.choices,
        **said,
        "query": query,
    }
    return render(request, "console/rounds/probes.html", context)


@require_http_methods(["GET", "POST"])
@PROBES_ADD
def add(request: HttpRequest) -> HttpResponse:
    """Record one swab taken outside the rounds; kind and enterprise stay for the next one."""
    actor, zone = request_actor(request), _zone(request)
    units = list(
        Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE).order_by("name", "pk")
    )
    kept = {key: request.GET[key] for key in ("kind", "enterprise") if key in request.GET}
    form = ProbeForm(
        request.POST if request.method == "POST" else None,
        units=units,
        initial={"at": timezone.localtime().replace(second=0), **kept},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        firm = next((one for one in units if one.pk == data["enterprise"]), None)
        swab = screening.ProbeIn(
            data["tube"], data["at"], firm, data["number"], data["name"], data["document"]
        )
        try:
            made = screening.record_probe(zone=zone, kind=ProbeKind(data["kind"]), swab=swab, by=actor)
        except Invalid as error:
            form.add_error(
                error.place if error.place in form.fields else None, f"{error.message}{error.hint}"
            )
        else:
            messages.success(request, _("已登记 %(code)s，请随样本一起送检。") % {"code": made.tube.code})
            query = {"zone": zone.pk, "kind": data["kind"], "enterprise": firm.pk if firm else ""}
            return redirect(f"{reverse('rounds:probe_add')}?{urlencode(query)}")
    context = {
        "zone": zone,
        "form": form,
        "title": _("登记愿检和抽检"),
        "back": f"{reverse('rounds:probes')}?zone={zone.pk}",
        "back_label": _("愿检和抽检"),
    }
    return render(request, "console/rounds/form.html", context, status=422 if form.errors else 200)
