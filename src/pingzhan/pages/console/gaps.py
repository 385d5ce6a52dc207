"""Gaps in words: one sentence each, grouped by kind, the gravest first, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import GapKind, Severity
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Post
from pingzhan.domain.territory.models import Unit

SHOWN = 8
"""Gaps of one kind that a block lists; the rest are counted."""

TONES: dict[str, str] = {Severity.CRITICAL: "bad", Severity.MAJOR: "warn", Severity.INFO: "info"}
_RANK: dict[str, int] = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.INFO: 2}


class GapLike(Protocol):
    """What a sentence needs of a gap; command's GapRow has it, a stored Gap through ``stored``."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def post_code(self) -> str: ...
    @property
    def seat_no(self) -> int | None: ...
    @property
    def person(self) -> int | None: ...
    @property
    def owner(self) -> int | None: ...
    @property
    def subject(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class GapItem:
    """One gap as a page shows it; ``link`` leads to where it can be mended, ``fix`` is the button's word."""

    key: str
    kind: str
    label: str
    severity: str
    tone: str
    sentence: str
    owner: str
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


def items(zone: Unit, rows: Sequence[GapLike], *, emergency: bool) -> list[GapItem]:
    """Return gaps in words, the gravest first. Two queries for names, whatever the number of gaps."""
    persons: set[int] = set()
    codes: set[str] = set()
    for row in rows:
        persons.update(one for one in (row.person, row.owner) if one)
        persons.update(person for person, _why in row.subject.get("reasons", ()) if person)
        codes.update([row.post_code] if row.post_code else [], row.subject.get("posts", ()))
    names = organisation.names_of(persons) if persons else {}
    posts = _post_names(zone, codes)
    found = [_item(row, names, posts, emergency=emergency) for row in rows]
    return sorted(found, key=lambda one: (_RANK.get(one.severity, 3), one.kind, one.sentence))


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


def _post_names(zone: Unit, codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    rows = (
        Post.objects.filter(Q(version__status="published") | Q(version__status="retired"), version__zone=zone)
        .filter(code__in=codes)
        .order_by("version__n")
        .values_list("code", "name", "unit__name", "unit__kind")
    )
    return {code: f"{unit}{name}" if kind == "enterprise" and unit not in name else name for code, name, unit, kind in rows}


def _item(
    row: GapLike, names: Mapping[int, str], posts: Mapping[str, str], *, emergency: bool
) -> GapItem:
    link, fix = _remedy(row, emergency=emergency)
    owner = names.get(row.owner, "") if row.owner and row.owner != row.person else ""
    return GapItem(
        key=row.key,
        kind=str(row.kind),
        label=str(GapKind(row.kind).label) if row.kind in GapKind.values else str(row.kind),
        severity=str(row.severity),
        tone=TONES.get(row.severity, "info"),
        sentence=_sentence(row, names, posts),
        owner=_("暂由%(name)s代管。") % {"name": owner} if owner else "",
        link=link,
        fix=fix,
    )


def _sentence(row: GapLike, names: Mapping[int, str], posts: Mapping[str, str]) -> str:
    post = posts.get(row.post_code, row.post_code)
    person = names.get(row.person, "") if row.person else ""
    held = "、".join(posts.get(code, code) for code in row.subject.get("posts", ()))
    why = reasons(row.subject.get("reasons", ()), names)
    words = {
        GapKind.COMMANDER_MISSING: lambda: _("没有人能担任指挥人，请立即指定。"),
        GapKind.POST_EMPTY: lambda: _("%(post)s应有 %(need)s 人，现有 %(have)s 人：%(why)s。")
        % {
            "post": post,
            "need": row.subject.get("need", 1),
            "have": row.subject.get("have", 0),
            "why": why or _("编制中没有人选"),
        },
        GapKind.SEGREGATION: lambda: _("%(post)s宁可空缺：%(why)s。") % {"post": post, "why": why},
        GapKind.AB_BOTH_AWAY: lambda: _("%(post)s的正副人选同时离岗：%(why)s。") % {"post": post, "why": why},
        GapKind.TWO_CRITICAL: lambda: _("%(person)s兼任两个关键岗位：%(posts)s。")
        % {"person": person, "posts": held},
        GapKind.SEVERAL_POSTS: lambda: _("%(person)s一人多岗：%(posts)s。") % {"person": person, "posts": held},
        GapKind.NO_CONTACT: lambda: _("%(person)s没有登记联系方式（%(posts)s）。")
        % {"person": person, "posts": held},
        GapKind.PERSON_IN_POOL: lambda: _("%(person)s没有岗位，编入机动，向综合协调组报到。") % {"person": person},
        GapKind.PERSON_ABSENT: lambda: _("%(person)s离岗，未安排岗位。") % {"person": person},
        GapKind.DUTY_MISSING: lambda: _("%(post)s没有任务，请补职责条款。") % {"post": post},
    }
    make = words.get(GapKind(row.kind)) if row.kind in GapKind.values else None
    return make() if make else f"{row.kind} {post} {person}".strip()


def reasons(pairs: Iterable[Sequence[Any]], names: Mapping[int, str]) -> str:
    """Return why each person ranked for a seat did not get it, in one phrase."""
    return "，".join(
        f"{names.get(person, '')}{why_word(str(why))}" if person else why_word(str(why)) for person, why in pairs
    )


def why_word(why: str) -> str:
    """Return the reason of an assignment in words (command.md section 7)."""
    words = {
        "not_in_service": _("已不在职"),
        "not_in_term": _("不在任期内"),
        "refused": _("已说明不能到岗或逾期"),
        "absent": _("请假或离岗"),
        "already_here": _("已在这一岗位上"),
        "segregated": _("与所任岗位互斥"),
        "own_supervisor": _("不能监督自己"),
        "no_contact": _("没有联系方式"),
        "second_critical": _("已任另一关键岗位"),
        "lower_rank": _("次序在后"),
        "overridden": _("本次已临时换人"),
        "nobody_named": _("编制中没有人选"),
    }
    return words.get(why, why)


def _remedy(row: GapLike, *, emergency: bool) -> tuple[str, str]:
    kind = row.kind
    if kind in (GapKind.POST_EMPTY, GapKind.SEGREGATION, GapKind.AB_BOTH_AWAY, GapKind.COMMANDER_MISSING):
        if emergency and row.post_code:
            return reverse("duty:post", args=[row.post_code]), _("指定人员")
        return _structure(), _("补人选")
    if kind == GapKind.NO_CONTACT:
        return _structure(), _("补电话")
    if kind in (GapKind.SEVERAL_POSTS, GapKind.TWO_CRITICAL):
        return _structure(), _("改编制")
    if kind == GapKind.DUTY_MISSING:
        return _structure(), _("补职责")
    return "", ""


def _structure() -> str:
    try:
        return reverse("structure:index")
    except NoReverseMatch:
        return ""
