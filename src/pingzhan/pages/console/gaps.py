"""Gaps on pages: grouped by kind, the gravest first, each with where it can be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import GapKind, Severity

SHOWN = 8
"""Gaps of one kind that a block lists; the rest are counted."""

TONES: dict[str, str] = {Severity.CRITICAL: "bad", Severity.MAJOR: "warn", Severity.INFO: "info"}
_RANK: dict[str, int] = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.INFO: 2}


@dataclass(frozen=True)
class GapItem:
    """One gap as a page shows it; ``link`` leads to where it can be mended, ``fix`` is the button's word."""

    kind: str
    label: str
    severity: str
    severity_label: str
    tone: str
    sentence: str
    link: str
    fix: str


@dataclass
class GapGroup:
    """All gaps of one kind; ``tone`` is that of the gravest."""

    kind: str
    label: str
    tone: str
    count: int
    items: list[GapItem] = field(default_factory=list)
    more: int = 0


def items(lines: Iterable[command.GapLine], *, emergency: bool) -> list[GapItem]:
    """Return gaps for display, the gravest first. ``emergency`` leads to naming a person at once."""
    found = [_item(line, emergency=emergency) for line in lines]
    return sorted(found, key=lambda one: (rank(one.severity), one.kind))


def rank(severity: str) -> int:
    """Return 0 for the gravest severity."""
    return _RANK.get(severity, 3)


def grouped(found: Iterable[GapItem], *, shown: int = SHOWN) -> list[GapGroup]:
    """Return items by kind in the order they come, with at most ``shown`` listed of each."""
    groups: dict[str, GapGroup] = {}
    for one in found:
        group = groups.setdefault(one.kind, GapGroup(one.kind, one.label, one.tone, 0))
        group.count += 1
        if len(group.items) < shown:
            group.items.append(one)
        else:
            group.more += 1
    return list(groups.values())


def _item(line: command.GapLine, *, emergency: bool) -> GapItem:
    link, fix = remedy(line.kind, line.post_code, emergency=emergency)
    return GapItem(
        kind=line.kind,
        label=str(GapKind(line.kind).label) if line.kind in GapKind.values else line.kind,
        severity=line.severity,
        severity_label=str(Severity(line.severity).label),
        tone=TONES.get(line.severity, "info"),
        sentence=line.sentence,
        link=link,
        fix=fix,
    )


def remedy(kind: str, post_code: str, *, emergency: bool) -> tuple[str, str]:
    """Return the address where a gap can be mended and the word for it; empty texts when nothing helps."""
    return mend(kind, post_code=post_code, emergency=emergency)


_CHAIR = (
    GapKind.POST_EMPTY,
    GapKind.SEGREGATION,
    GapKind.AB_BOTH_AWAY,
    GapKind.COMMANDER_MISSING,
    GapKind.NAME_SOMEONE,
    GapKind.NO_SUBSTITUTE,
)


def mend(kind: str, *, post_code: str = "", person_id: int | None = None, emergency: bool) -> tuple[str, str]:
    """Return where a gap can be mended: the chair in an emergency, else the plan, the person or the list."""
    if kind in _CHAIR:
        if emergency and post_code:
            return reverse("duty:post", args=[post_code]), _("指定人员")
        return _structure(), _("补人选")
    if kind in (GapKind.NO_CONTACT, GapKind.NO_VERIFIED_CONTACT):
        where = reverse("structure:person", args=[person_id]) if person_id else reverse("structure:people")
        return where, _("补电话") if kind == GapKind.NO_CONTACT else _("去核实")
    if kind in (GapKind.PERSON_WITHOUT_POST, GapKind.PERSON_ABSENT) and person_id:
        return reverse("structure:person", args=[person_id]), _("看人员")
    if kind == GapKind.CLASS_UNRESOLVED:
        return reverse("structure:responsible"), _("定包企责任人")
    if kind == GapKind.CRITICAL_WITHOUT_SUBSTITUTE:
        return _structure(), _("定替补")
    if kind in (
        GapKind.SEVERAL_POSTS,
        GapKind.TWO_CRITICAL,
        GapKind.HEAD_AND_MEMBER,
        GapKind.TWO_HEADS,
        GapKind.SPAN_OVER_7,
        GapKind.POST_CODE_DANGLING,
    ):
        return _structure(), _("改编制")
    if kind == GapKind.DUTY_MISSING:
        return _structure(), _("补职责")
    return "", ""


def _structure() -> str:
    try:
        return reverse("structure:index")
    except NoReverseMatch:
        return ""
