"""What holds where, one version with its measures and parameters, the difference of two versions, the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import ITEMS, PHASES, Decider, Evidence, Party, Phase, Severity
from pingzhan.domain.measures.models import Measure, SetVersion
from pingzhan.foundation.access.actor import request_actor
from pingzhan.kernel.zhnumerals import chinese
from pingzhan.pages.console.measures.shared import may, measures_zone, posture_word, reads


def item_words(item: int) -> str:
    """Return the heading of an item of annex 2: 三、严格职工日常健康管理."""
    if item == 0:
        return str(ITEMS[0])
    return _("%(n)s、%(title)s") % {"n": _numeral(item), "title": ITEMS[item]}


def _numeral(n: int) -> str:
    return str(n) if (get_language() or "").startswith("en") else chinese(n)


@require_GET
@reads
def index(request: HttpRequest) -> HttpResponse:
    """Show what is in force in the zone by hazard and posture, the sets, and what was in force."""
    actor = request_actor(request)
    zone = measures_zone(request)
    rows = measures.set_rows(zone, measures.versions_visible_to(actor))
    known = {row.set.key for row in rows}
    context = {
        "zone": zone,
        "forces": [_force_row(one) for one in measures.open_forces(zone)],
        "past": [_force_row(one) for one in measures.past_forces(zone)],
        "rows": [
            {
                "row": row,
                "hazard": measures.hazard_label(row.set.hazard),
                "newest": row.newest,
                "draft": row.draft,
            }
            for row in rows
        ],
        "shipped": [
            (key, measures.shipped(key).title) for key in measures.shipped_keys() if key not in known
        ],
        "can_draft": measures.can_draft(actor, zone),
        "can_publish": measures.can_publish(actor, zone),
    }
    return render(request, "console/measures/index.html", context)


def _force_row(one: Any) -> dict[str, Any]:
    return {
        "one": one,
        "hazard": measures.hazard_label(one.slot.hazard),
        "posture": one.slot.posture,
        "word": posture_word(one.slot.posture),
        "end": one.end,
    }


@require_GET
@reads
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version: its measures by item or by party, its parameters with their sources."""
    actor = request_actor(request)
    found = measures.find_version(actor, pk)
    content = measures.content_of(found)
    by = "party" if request.GET.get("by") == "party" else "item"
    phase = request.GET.get("phase", "")
    if phase not in PHASES:
        phase = ""
    ids = dict(Measure.objects.filter(version=found).values_list("key", "id"))
    editions = [
        one
        for one in measures.versions_visible_to(actor).filter(set=found.set_id).exclude(state="discarded")
        if one.pk != found.pk
    ]
    base = found.based_on or next((one for one in editions if one.n < found.n), None)
    context = {
        "version": found,
        "hazard": measures.hazard_label(found.set.hazard),
        "groups": _groups(content, by, phase, ids),
        "shown": sum(not phase or phase in one.phases for one in content.measures),
        "parameters": _parameters(found, content),
        "unverified": sum(not one.verified for one in content.parameters),
        "by": by,
        "phase": phase,
        "phases": Phase.choices,
        "editions": editions,
        "base": base,
        "changes": len(measures.compare(measures.content_of(base), content)) if base else 0,
        "may": may(actor, found),
        "forces": [_bare(one) for one in found.forces.select_related("slot").order_by("-starts_at")],
    }
    return render(request, "console/measures/version.html", context)


def _bare(force: Any) -> dict[str, Any]:
    return {"one": force, "word": posture_word(force.slot.posture), "end": force.ended_at or force.ends_at}


def _groups(content: measures.SetContent, by: str, phase: str, ids: dict[str, int]) -> list[dict[str, Any]]:
    wanted = [one for one in content.measures if not phase or phase in one.phases]
    if by == "party":
        heads: Iterable[tuple[object, str]] = ((key, str(label)) for key, label in Party.choices)
        of = "party"
    else:
        heads = ((item, item_words(item)) for item in (*range(1, 11), 0))
        of = "item"
    return [
        {"title": title, "rows": [_measure_row(one, content, phase, ids) for one in rows]}
        for key, title in heads
        if (rows := [one for one in wanted if getattr(one, of) == key])
    ]


def _measure_row(
    one: measures.MeasureSpec, content: measures.SetContent, phase: str, ids: dict[str, int]
) -> dict[str, Any]:
    words = measures.cadence_by_phase(one, content)
    shown = {phase: words[phase]} if phase else words
    return {
        "id": ids.get(one.key, 0),
        "title": measures.in_language(one.title, one.title_en),
        "item": item_words(one.item),
        "clause": one.clause,
        "cadences": _steps(shown),
        "party": Party(one.party).label,
        "group": measures.group_name(one.watching),
        "evidence": Evidence(one.evidence).label,
        "severity": one.severity,
        "severity_word": Severity(one.severity).label,
        "law": one.law,
        "restricts": one.restricts,
        "reserved": one.reserved,
        "decider": Decider(one.decider).label,
        "scope": one.scope,
        "term_days": one.term_days,
        "reason": one.reason,
        "parameters": list(one.parameters),
    }


def _steps(words: dict[str, str]) -> list[dict[str, str]]:
    """Return the cadences with the phase from which each holds; phases in a row that say the same are one."""
    found: list[dict[str, str]] = []
    for phase, text in words.items():
        if not found or found[-1]["text"] != text:
            found.append({"phase": str(Phase(phase).label), "text": text})
    if len(found) == 1 and len(words) == len(PHASES):
        found[0]["phase"] = ""
    return found


def _parameters(found: SetVersion, content: measures.SetContent) -> list[dict[str, Any]]:
    ids = list(found.parameters.order_by("sort", "id").values_list("id", flat=True))
    rows = []
    for row, one in zip(ids, content.parameters, strict=True):
        words = {
            phase: measures.value_words(measures.at_phase(one.value, one.at, phase), one.unit)
            for phase in PHASES
        }
        rows.append(
            {
                "id": row,
                "spec": one,
                "title": measures.in_language(one.title, one.title_en),
                "values": _steps(words),
                "used": sum(one.key in measure.parameters for measure in content.measures),
            }
        )
    return rows


@require_GET
@reads
def diff(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Show what changes from the version ``other`` to the version ``pk``, in words, by item."""
    actor = request_actor(request)
    new, old = measures.find_version(actor, pk), measures.find_version(actor, other)
    changes = measures.compare(measures.content_of(old), measures.content_of(new))
    groups: dict[int, list[measures.Change]] = {}
    for one in changes:
        groups.setdefault(one.item, []).append(one)
    context = {
        "new": new,
        "old": old,
        "count": len(changes),
        "groups": [
            {"title": _("名称、来源和参数") if item < 0 else item_words(item), "rows": rows}
            for item, rows in groups.items()
        ],
        "may": may(actor, new),
    }
    return render(request, "console/measures/diff.html", context)


@require_GET
@reads
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a version as the file that an import reads back."""
    found = measures.find_version(request_actor(request), pk)
    text = measures.write_sheet(measures.content_of(found))
    response = HttpResponse(text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.set.key}-v{found.n}.toml"'
    return response
