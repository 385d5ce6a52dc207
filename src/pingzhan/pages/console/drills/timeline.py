"""The timeline of an emergency as a picture: lanes of moments and spans over one scale of minutes.

Numbers only, in the units of the picture; the template draws them as SVG, without script or inline style.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Inject
from pingzhan.pages.console.drills.wording import Told

WIDTH, LEFT, RIGHT, TOP, LANE = 1000, 96, 24, 34, 38
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 10080)
"""Minutes between two ticks; the smallest that gives at most nine."""
LEAST = 20.0


@dataclass(frozen=True)
class Mark:
    """A moment: x of its dot, its tone, and what it is."""

    x: float
    tone: str
    title: str


@dataclass(frozen=True)
class Span:
    """A stretch of time: x and width of its bar."""

    x: float
    width: float
    tone: str
    title: str


@dataclass
class Lane:
    """One row of the picture; ``y`` is its middle."""

    label: str
    y: int
    marks: list[Mark] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """All that the template draws."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    ticks: tuple[tuple[float, str], ...]
    references: tuple[tuple[float, str], ...]
    lanes: tuple[Lane, ...]


def picture(told: Told, injects: tuple[Inject, ...] = ()) -> Picture | None:
    """Return the timeline; None before anything was ordered."""
    if told.started is None:
        return None
    begun = told.started

    def minute(at: datetime) -> float:
        return (at - begun).total_seconds() / 60

    times = [one["at"] for one in told.milestones if one["at"]]
    times += [one.fired_at for one in injects if one.fired_at]
    times += [one.acted_at for one in injects if one.acted_at]
    span = max([LEAST, *(minute(at) for at in times)]) * 1.02

    def x(at: datetime) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(minute(at), 0), span) / span, 1)

    def after(at: datetime) -> str:
        return f"T+{minute(at):.1f}"

    lanes = [Lane(words, TOP + LANE * n + LANE // 2) for n, words in enumerate(_labels(bool(injects)))]
    for one in told.confirmed:
        if one["acked"]:
            lanes[0].marks.append(Mark(x(one["acked"]), "info", f"{one['post']} {after(one['acked'])}"))
        if one["arrived"]:
            lanes[1].marks.append(Mark(x(one["arrived"]), "ok", f"{one['post']} {after(one['arrived'])}"))
    for rows, tone in ((told.declined, "bad"), (told.passed, "warn")):
        lanes[2].marks += [
            Mark(x(one["at"]), tone, f"{one['post']} {after(one['at'])}") for one in rows if one["at"]
        ]
    for one in told.gaps:
        if one["opened"]:
            end = one["resolved"] or told.ended or max(times)
            start = x(one["opened"])
            title = f"{one['kind']} {one['where']}"
            lanes[3].spans.append(Span(start, max(3.0, round(x(end) - start, 1)), "warn", title))
    if injects:
        for inject in injects:
            _draw_inject(lanes[4], inject, x)
    step = next((one for one in STEPS if span / one <= 9), STEPS[-1])
    ticks = [
        (round(LEFT + (WIDTH - LEFT - RIGHT) * n * step / span, 1), _tick(n * step))
        for n in range(int(span // step) + 1)
    ]
    marks: dict[int, str] = {}
    for reference in drills.REFERENCES:
        if reference.minutes <= span:
            marks.setdefault(reference.minutes, _tick(reference.minutes))
    bottom = TOP + LANE * len(lanes)
    return Picture(
        WIDTH,
        bottom + 30,
        LEFT,
        WIDTH - RIGHT,
        TOP,
        bottom,
        tuple(ticks),
        tuple((round(LEFT + (WIDTH - LEFT - RIGHT) * n / span, 1), words) for n, words in marks.items()),
        tuple(lanes),
    )


def _labels(injects: bool) -> list[str]:
    return [_("签收"), _("到岗"), _("不能到岗"), _("缺口"), *([_("情况")] if injects else [])]


def _draw_inject(lane: Lane, inject: Inject, x: Any) -> None:
    if inject.fired_at is None:
        return
    start = x(inject.fired_at)
    title = f"T+{inject.offset_min} {inject.name}"
    if inject.acted_at is not None:
        lane.spans.append(Span(start, max(3.0, round(x(inject.acted_at) - start, 1)), "drill", title))
        lane.marks.append(Mark(x(inject.acted_at), "ok", title))
    lane.marks.append(Mark(start, "drill", title))


def _tick(minute: int) -> str:
    if minute < 120 or minute % 60:
        return _("%(n)d 分") % {"n": minute}
    return _("%(n)d 时") % {"n": minute // 60}
