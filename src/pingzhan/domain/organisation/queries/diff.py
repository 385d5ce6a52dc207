"""What changed from one version to another, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from pingzhan.domain.organisation.enums import PostPosture
from pingzhan.domain.organisation.models import Clause, Group, Holding, Post, StructureVersion
from pingzhan.kernel.levels import Level


@dataclass(frozen=True)
class Change:
    """One difference: what it concerns, whether it was added, removed or changed, and a sentence."""

    what: Literal["group", "post", "holder", "clause"]
    how: Literal["added", "removed", "changed"]
    where: str
    text: str


def _groups(a: StructureVersion, b: StructureVersion) -> Iterator[Change]:
    old = dict(Group.objects.filter(version=a).values_list("code", "name"))
    new = dict(Group.objects.filter(version=b).values_list("code", "name"))
    for code in (code for code in old if code not in new):
        yield Change("group", "removed", old[code], _("撤销工作组“%(name)s”。") % {"name": old[code]})
    for code in (code for code in new if code not in old):
        yield Change("group", "added", new[code], _("新设工作组“%(name)s”。") % {"name": new[code]})
    for code in (code for code in new if code in old):
        if old[code] != new[code]:
            yield Change(
                "group",
                "changed",
                new[code],
                _("工作组“%(old)s”改称“%(new)s”。") % {"old": old[code], "new": new[code]},
            )


def _level(value: int) -> str:
    return _("%(level)s级") % {"level": Level(value).sign}


def _post_changes(old: Post, new: Post) -> Iterator[str]:
    if old.name != new.name:
        yield _("改称“%(new)s”") % {"new": new.name}
    if old.posture != new.posture:
        yield _("启用状态由“%(old)s”改为“%(new)s”") % {
            "old": PostPosture(old.posture).label,
            "new": PostPosture(new.posture).label,
        }
    if old.level_at_least != new.level_at_least:
        yield _("启用等级由%(old)s改为%(new)s") % {
            "old": _level(old.level_at_least),
            "new": _level(new.level_at_least),
        }
    if (old.min_seats, old.max_seats) != (new.min_seats, new.max_seats):
        yield _("席位由 %(a)d 至 %(b)d 个改为 %(c)d 至 %(d)d 个") % {
            "a": old.min_seats,
            "b": old.max_seats,
            "c": new.min_seats,
            "d": new.max_seats,
        }
    if old.critical != new.critical:
        yield _("改为关键岗位") if new.critical else _("不再是关键岗位")
    if old.reports_to_code != new.reports_to_code:
        yield _("上级岗位改为“%(code)s”") % {"code": new.reports_to_code or _("无")}
    if set(old.segregated_from) != set(new.segregated_from):
        yield _("互斥岗位改为“%(codes)s”") % {"codes": _("、").join(new.segregated_from) or _("无")}


def _posts(a: StructureVersion, b: StructureVersion) -> Iterator[Change]:
    old = {post.code: post for post in Post.objects.filter(version=a)}
    new = {post.code: post for post in Post.objects.filter(version=b)}
    for code, post in old.items():
        if code not in new:
            yield Change("post", "removed", post.name, _("撤销岗位“%(name)s”。") % {"name": post.name})
    for code, post in new.items():
        if code not in old:
            yield Change("post", "added", post.name, _("新设岗位“%(name)s”。") % {"name": post.name})
        elif words := list(_post_changes(old[code], post)):
            yield Change(
                "post",
                "changed",
                post.name,
                _("岗位“%(name)s”：%(what)s。") % {"name": old[code].name, "what": _("；").join(words)},
            )


_Held = dict[tuple[str, int | str], tuple[str, int, int, str]]


def _held(version: StructureVersion) -> _Held:
    held: _Held = {}
    rows = (
        Holding.objects.filter(post__version=version)
        .order_by("post__sort", "post_id", "seat_no", "rank")
        .values_list(
            "post__code", "post__name", "person_id", "person__name", "person_query", "seat_no", "rank"
        )
    )
    for code, post, person_id, name, query, seat_no, rank in rows:
        who: int | str = person_id if person_id is not None else query
        if who:
            held[code, who] = (name or query, seat_no, rank, post)
    return held


def _place(rank: int) -> str:
    return _("任职") if rank == 0 else _("第 %(rank)d 替补") % {"rank": rank}


def _holders(a: StructureVersion, b: StructureVersion) -> Iterator[Change]:
    old, new = _held(a), _held(b)
    for key in (key for key in old if key not in new):
        name, _seat, rank, post = old[key]
        yield Change(
            "holder",
            "removed",
            post,
            _("%(name)s不再列入“%(post)s”（%(place)s）。")
            % {"name": name, "post": post, "place": _place(rank)},
        )
    for key in (key for key in new if key not in old):
        name, _seat, rank, post = new[key]
        yield Change(
            "holder",
            "added",
            post,
            _("%(name)s列入“%(post)s”（%(place)s）。") % {"name": name, "post": post, "place": _place(rank)},
        )
    for key in (key for key in new if key in old):
        name, _seat, rank, post = new[key]
        if old[key][2] != rank:
            yield Change(
                "holder",
                "changed",
                post,
                _("%(name)s在“%(post)s”由%(old)s改为%(new)s。")
                % {"name": name, "post": post, "old": _place(old[key][2]), "new": _place(rank)},
            )


def _clauses(a: StructureVersion, b: StructureVersion) -> Iterator[Change]:
    def texts(version: StructureVersion) -> dict[tuple[str, str], str]:
        return {
            (code, text): name
            for code, name, text in Clause.objects.filter(version=version)
            .order_by("group__sort", "n")
            .values_list("group__code", "group__name", "text")
        }

    old, new = texts(a), texts(b)
    for key, group in old.items():
        if key not in new:
            yield Change("clause", "removed", group, _("删去职责：%(text)s") % {"text": key[1]})
    for key, group in new.items():
        if key not in old:
            yield Change("clause", "added", group, _("新增职责：%(text)s") % {"text": key[1]})


def diff(a: StructureVersion, b: StructureVersion) -> list[Change]:
    """Return what changed from ``a`` to ``b``: groups, posts, holders, clauses; empty when both say the same.

    Groups and posts are matched by code, holders by person (or rule) and post, clauses by their words.
    """
    return [*_groups(a, b), *_posts(a, b), *_holders(a, b), *_clauses(a, b)]
