"""Could we switch now: the four levels and what stands in the way, computed once for many viewers."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import caches
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import Severity
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.live import version as live_version
from pingzhan.pages.console import gaps
from pingzhan.pages.console.wording import level_sign

KEEP_SECONDS = 30
"""How long a computed readiness is shown without change; a change of what it depends on ends it at once."""


@dataclass(frozen=True)
class LevelRow:
    """One level: how many chairs have a person, how many gaps stand in the way."""

    level: int
    needed: int
    filled: int
    gaps: int
    critical: int
    tone: str
    word: str


@dataclass(frozen=True)
class Answer:
    """The answer to "could we switch now", in one sentence."""

    tone: str
    word: str
    sentence: str


def report_of(zone: Unit) -> command.ReadinessReport | None:
    """Return the readiness of a zone, computed at most every half minute and after each change."""
    topics = live_version("command", "structure", "roster", "people")
    key = f"readiness:{zone.pk}:{get_language()}:{topics}"
    found: tuple[command.ReadinessReport | None] | None = caches["local"].get(key)
    if found is None:
        found = (command.readiness(zone),)
        caches["local"].set(key, found, KEEP_SECONDS)
    return found[0]


def ready(zone: Unit) -> tuple[list[LevelRow], list[gaps.GapItem], int | None]:
    """Return the four levels, each finding once (the gravest first), and the number of the structure version.

    Without what the notice left open: that is no work of the desk. Empty before the first publishing.
    """
    report = report_of(zone)
    if report is None:
        return [], [], None
    items = [item(one) for one in report.findings if one.source != "notice"]
    return [level_row(one) for one in report.levels], items, report.version.n


def item(one: command.ReadinessFinding) -> gaps.GapItem:
    """Return a finding as a gap for display, with where it can be mended."""
    link, fix = gaps.mend(one.kind, post_code=one.post_code, person_id=one.person_id, emergency=False)
    if one.link:
        link, fix = one.link, _("去排班")
    return gaps.GapItem(
        kind=one.kind,
        label=one.label,
        severity=one.severity,
        severity_label=str(Severity(one.severity).label),
        tone=gaps.TONES.get(one.severity, "info"),
        sentence=one.sentence,
        link=link,
        fix=fix,
    )


def levels_word(levels: tuple[int, ...]) -> str:
    """Return the levels in signs, 各等级 when it is all four, a dash for what depends on none."""
    if not levels:
        return "—"
    if len(levels) == 4:
        return _("各等级")
    return " ".join(level_sign(level) for level in levels)


def level_row(one: command.LevelState) -> LevelRow:
    """Return a level with its tone: red when a critical post would have nobody."""
    if one.missing:
        tone, word = "bad", _("关键岗缺人")
    elif one.critical:
        tone, word = "warn", _("能转，有严重缺口")
    elif one.filled < one.posts:
        tone, word = "warn", _("能转，有缺口")
    else:
        tone, word = "ok", _("能转")
    return LevelRow(one.level, one.posts, one.filled, one.gaps, one.critical, tone, word)


def answer(report: command.ReadinessReport) -> Answer:
    """Answer first: gaps never block an order, so it is yes, with how many grave ones must be known."""
    grave, weak = report.count(Severity.CRITICAL), report.count(Severity.MAJOR)
    if grave:
        sentence = ngettext(
            "可以下令，但有 %(n)d 项严重缺口，应先补上。",
            "可以下令，但有 %(n)d 项严重缺口，应先补上。",
            grave,
        ) % {"n": grave}
        return Answer("bad", _("能转换，有严重缺口"), sentence)
    if weak:
        sentence = ngettext(
            "可以立即下令；另有 %(n)d 项一般缺口。", "可以立即下令；另有 %(n)d 项一般缺口。", weak
        ) % {"n": weak}
        return Answer("warn", _("能转换"), sentence)
    return Answer("ok", _("能转换"), _("可以立即下令，岗位有人，职责有主。"))
