"""Tubes of a round by state and age, what is missing or does not fit, and one tube with its whole way."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import BoxState, TubeState
from pingzhan.domain.screening.models import Tube
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.custody.shared import (
    BOX_TONES,
    SEES,
    TUBE_TONES,
    framed,
    gap_told,
    round_for,
    told,
)

PAGE = 50
ROUNDS = 30


@require_GET
@SEES
def index(request: HttpRequest) -> HttpResponse:
    """List the rounds that have tubes."""
    rounds = screening.rounds_with_tubes(screening.custody_rounds(request_actor(request)))
    page = Paginator(rounds.select_related("zone"), ROUNDS).get_page(request.GET.get("page"))
    probes = screening.probe_zones(request_actor(request)).exists()
    return render(request, "console/custody/index.html", {"page": page, "probes": probes})


@require_GET
@SEES
def tubes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the tubes of a round: how many stand where, the oldest first; ``show`` narrows them."""
    round_ = round_for(request_actor(request), pk)
    counts = screening.tube_counts(round_)
    show = request.GET.get("show", "")
    code = request.GET.get("q", "").strip()[:32]
    rows: QuerySet[Any] = screening.with_age(Tube.objects.filter(round=round_))
    if show in TubeState.values:
        rows = rows.filter(state=show)
    elif show == "held":
        rows = rows.filter(held=True)
    elif show == "old":
        rows = rows.filter(too_old=True)
    else:
        show = ""
    if code:
        rows = rows.filter(code__istartswith=code)
    rows = rows.select_related("enterprise", "team", "box").order_by(
        F("first_taken_at").asc(nulls_last=True), "code"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = framed(request, round_, "tubes") | {
        "page": page,
        "rows": [(one, TUBE_TONES[TubeState(one.state)], _age(one)) for one in page],
        "states": [(state.value, state.label, counts[state.value]) for state in TubeState],
        "total": sum(counts[state.value] for state in TubeState),
        "held": counts["held"],
        "old": counts["old"],
        "show": show,
        "q": code,
        "query": f"show={show}" if show else "",
    }
    return render(request, "console/custody/tubes.html", context)


def _age(tube: Any) -> int | None:
    """Return the age of a tube in minutes: until now, or until the laboratory received it."""
    if tube.first_taken_at is None or tube.state == TubeState.VOID:
        return None
    return max(0, int((tube.age_to - tube.first_taken_at).total_seconds() // 60))


@require_GET
@SEES
def missing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the tubes that should be somewhere and are not, each with what to do."""
    round_ = round_for(request_actor(request), pk)
    rows: QuerySet[Any] = screening.missing_tubes(round_).select_related("enterprise", "team", "box")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = framed(request, round_, "missing") | {
        "page": page,
        "rows": [(one, screening.Gap(one.gap).label, gap_told(one.gap), _age(one)) for one in page],
    }
    return render(request, "console/custody/missing.html", context)


@require_GET
@SEES
def doubts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what does not fit together, what happened and what to do; and the records that are unusual."""
    round_ = round_for(request_actor(request), pk)
    page = Paginator(screening.open_conflicts(round_), PAGE).get_page(request.GET.get("page"))
    named = screening.sees_swabbed(request_actor(request), round_.zone)
    found = screening.doubts_of(list(page.object_list), named=named)
    context = framed(request, round_, "doubts") | {
        "page": page,
        "rows": [(one, *told(one)) for one in found],
        "unusual": screening.unusual_records(round_, named=named),
        "named": named,
    }
    return render(request, "console/custody/doubts.html", context)


@require_GET
@SEES
def boxes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the boxes of a round with what is in them and who signed."""
    round_ = round_for(request_actor(request), pk)
    page = Paginator(screening.boxes_of(round_), PAGE).get_page(request.GET.get("page"))
    context = framed(request, round_, "boxes") | {
        "page": page,
        "rows": [(one, BOX_TONES[BoxState(one.state)]) for one in page],
    }
    return render(request, "console/custody/boxes.html", context)


@require_GET
@SEES
def tube(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one tube: each step of its way, the records in it without names, its conflicts and results."""
    actor = request_actor(request)
    found = (
        screening.with_age(screening.tubes_visible_to(actor))
        .select_related("round__zone", "enterprise", "team", "box")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这支采样管，或您无权查看。"))
    sees = screening.sees_verdicts(actor, found.round.zone)
    named = screening.sees_swabbed(actor, found.round.zone)
    conflicts = screening.open_conflicts(found.round).filter(tube_id=found.pk)
    context: dict[str, Any] = {
        "tube": found,
        "round": found.round,
        "tone": TUBE_TONES[TubeState(found.state)],
        "age": _age(found),
        "limit": int(screening.tube_age_limit().total_seconds() // 60),
        "way": screening.way_of(found, named=named),
        "records": screening.records_of(found, named=named),
        "doubts": [(one, *told(one)) for one in screening.doubts_of(list(conflicts), named=named)],
        "keeps": screening.can_keep(actor, found.round.zone),
        "sees": sees,
        "results": list(found.results.order_by("-reported_at", "-pk")) if sees else [],
    }
    return render(request, "console/custody/tube.html", context)
