"""实验室: results by tube, tubes received, one result typed, and the results that were not applied."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import FAULT_HINTS, ResultFault, ResultSource, Verdict
from pingzhan.domain.screening.models import Result, Tube
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import Invalid
from pingzhan.pages.console.laboratory.forms import ReceiveForm, ResultForm
from pingzhan.pages.console.laboratory.shared import ENTERS, SEES, TONES, frame, tube_for, zone_of

PAGE = 50


@require_GET
@SEES
def index(request: HttpRequest) -> HttpResponse:
    """Show the tubes of today's rounds, or of one round, with their results: what is still to come first."""
    actor, zone = request_actor(request), zone_of(request)
    _now, today = business_now()
    rounds = screening.result_rounds(zone, today)
    asked = request.GET.get("round", "")
    chosen = [one for one in rounds if str(one.pk) == asked] or screening.rounds_of_today(rounds, today)
    tubes = screening.result_tubes_visible_to(actor).filter(round__in=[one.pk for one in chosen])
    verdict = request.GET.get("verdict", "")
    shown = tubes.filter(verdict=verdict) if verdict in Verdict.values else tubes
    page = Paginator(
        shown.select_related("round", "enterprise").order_by("-received_at", "code"), PAGE
    ).get_page(request.GET.get("page"))
    tally = screening.tally_of(tubes)
    single = asked if len(chosen) == 1 and str(chosen[0].pk) == asked else ""
    context = frame(request, zone, "index") | {
        "rounds": rounds,
        "asked": single,
        "verdict": verdict if verdict in Verdict.values else "",
        "verdicts": Verdict.choices,
        "tally": tally,
        "page": page,
        "rows": [
            (one, TONES[Verdict(one.result.verdict)] if one.result is not None else "",
             screening.ct_words(one.result.ct) if one.result is not None else "")
            for one in screening.with_results(list(page.object_list))
        ],
        "query": urlencode({"zone": str(zone.pk), "round": single, "verdict": verdict}),
    }  # fmt: skip
    return render(request, "console/laboratory/index.html", context)


@require_http_methods(["GET", "POST"])
@ENTERS
def receive(request: HttpRequest) -> HttpResponse:
    """Receive tubes by their codes; say of each what became of it."""
    zone = zone_of(request)
    form = ReceiveForm(request.POST if request.method == "POST" else None)
    context = frame(request, zone, "receive")
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            found = screening.receive_tubes(
                zone=zone, codes=data["codes"], note=data["note"], by=request_actor(request)
            )
        except Invalid as error:
            form.add_error(error.place if error.place in form.fields else None, error.message)
        else:
            context["found"] = found
            context["fresh"] = len(found.received)
            form = ReceiveForm()
    context["form"] = form
    return render(request, "console/laboratory/receive.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@ENTERS
def enter(request: HttpRequest) -> HttpResponse:
    """Type one result, or correct the one of a tube (``tube`` is its code) with a reason."""
    zone = zone_of(request)
    code = request.GET.get("tube", "")
    form = ResultForm(
        request.POST if request.method == "POST" else None,
        initial={"code": code, "tested_at": timezone.localtime()},
    )
    if request.method == "POST" and form.is_valid():
        stored = _entered(request, zone, form)
        if stored:
            messages.success(request, stored)
            return redirect(f"{reverse('laboratory:index')}?zone={zone.pk}")
    context = frame(request, zone, "index") | {"form": form, "tube": None, "history": []}
    if code:
        tube = tube_for(request_actor(request), zone, code)
        context |= {"tube": tube, "history": _history(tube)}
    return render(request, "console/laboratory/enter.html", context, status=422 if form.errors else 200)


@require_GET
@SEES
def refused(request: HttpRequest) -> HttpResponse:
    """Show the results that were not applied, the latest first, with what to do about each."""
    zone = zone_of(request)
    fault = request.GET.get("fault", "")
    rows = screening.refusals_visible_to(request_actor(request)).filter(zone=zone)
    if fault in ResultFault.values:
        rows = rows.filter(fault=fault)
    page = Paginator(rows.order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = frame(request, zone, "refused") | {
        "page": page,
        "rows": [(one, TONES[Verdict(one.verdict)], FAULT_HINTS[ResultFault(one.fault)]) for one in page],
        "fault": fault,
        "faults": ResultFault.choices,
        "query": urlencode({"zone": str(zone.pk), "fault": fault}),
    }
    return render(request, "console/laboratory/refused.html", context)


def _entered(request: HttpRequest, zone: Unit, form: ResultForm) -> str:
    """Enter the result; return what to say, or nothing when it was refused: then the form says why."""
    try:
        (answer,) = screening.enter_results(
            zone=zone, results=[form.line()], source=ResultSource.MANUAL, by=request_actor(request)
        )
    except Invalid as error:
        form.add_error(error.place if error.place in form.fields else None, error.message)
        return ""
    if answer.fault is not None:
        place = "correction" if answer.fault == ResultFault.OTHER_RESULT else "code"
        form.add_error(
            "tested_at" if answer.fault == ResultFault.TIME else place,
            screening.fault_words(answer.fault),
        )
        return ""
    words = {
        "stored": _("已录入 %(code)s 的结果。"),
        "corrected": _("已更正 %(code)s 的结果，原结果保留。"),
        "same": _("%(code)s 已是这个结果，没有变化。"),
    }
    return words[answer.status] % {"code": answer.code}


def _history(tube: Tube) -> list[tuple[Result, str, str]]:
    return [
        (one, TONES[Verdict(one.verdict)], screening.ct_words(one.ct)) for one in screening.history_of(tube)
    ]
