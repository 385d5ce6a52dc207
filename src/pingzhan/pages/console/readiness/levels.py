"""Could we switch now: the four levels and what stands in the way, computed once for many viewers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import GapKind
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.live import version as live_version
from pingzhan.pages.console import gaps
from pingzhan.pages.console.wording import level_sign

KEEP_SECONDS = 30
"""How long a computed readiness is shown without change; a switch or a new structure ends it at once."""


EMPTY = (GapKind.COMMANDER_MISSING, GapKind.POST_EMPTY)
"""Critical gaps of these kinds mean that somebody is missing, not only that the plan is thin."""


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
class ReadyItem:
    """A gap with the levels at which it would open."""

    gap: gaps.GapItem
    levels: tuple[int, ...]

    @property
    def levels_word(self) -> str:
        """Return the levels in signs, 全部 when it is there at each."""
        if len(self.levels) == 4:
            return _("各等级")
        return " ".join(level_sign(level) for level in self.levels)


def ready(zone: Unit) -> tuple[list[LevelRow], list[gaps.GapItem], int | None]:
    """Return the four levels, each gap once (the gravest first), and the number of the structure version."""
    levels, items, number = readiness(zone)
    return levels, [item.gap for item in items], number


def readiness(zone: Unit) -> tuple[list[LevelRow], list[ReadyItem], int | None]:
    """Return levels, gaps with their levels, and the version in force (None before the first publishing)."""
    key = f"readiness:{zone.pk}:{get_language()}:{live_version('command', 'structure')}"
    found: tuple[list[LevelRow], list[ReadyItem], int | None] | None = cache.get(key)
    if found is None:
        found = _compute(zone)
        cache.set(key, found, KEEP_SECONDS)
    return found


def _compute(zone: Unit) -> tuple[list[LevelRow], list[ReadyItem], int | None]:
    version = organisation.published_version(zone.pk)
    if version is None:
        return [], [], None
    rows: list[LevelRow] = []
    merged: dict[tuple[str, str], ReadyItem] = {}
    for one in command.readiness(zone):
        rows.append(_row(one))
        for item in gaps.items(one.gaps, emergency=False):
            key = (item.kind, item.sentence)
            known = merged.get(key)
            if known is None:
                merged[key] = ReadyItem(item, (one.level,))
            else:
                merged[key] = replace(known, levels=(*known.levels, one.level))
    items = sorted(merged.values(), key=lambda one: (gaps.rank(one.gap.severity), one.gap.kind))
    return rows, items, version.n


def _row(one: command.Readiness) -> LevelRow:
    weak = [gap for gap in one.gaps if gap.severity != "info"]
    missing = [gap for gap in one.gaps if gap.severity == "critical" and gap.kind in EMPTY]
    if missing:
        tone, word = "bad", _("关键岗缺人")
    elif weak:
        tone, word = "warn", _("能转，有缺口")
    else:
        tone, word = "ok", _("能转")
    return LevelRow(one.level, one.posts, one.filled, len(one.gaps), one.critical, tone, word)
