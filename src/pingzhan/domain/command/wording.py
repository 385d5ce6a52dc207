"""Sentences for people: postures, gaps, reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.command.assignment import POOL_CODE, Why
from pingzhan.domain.command.enums import DutyRole, GapKind, Posture
from pingzhan.domain.command.models import Activation, Gap
from pingzhan.domain.command.orders import GapLine
from pingzhan.domain.organisation.api import names_of
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.kernel.levels import Level

WHY = {
    Why.NOT_IN_SERVICE: lambda: _("不在职"),
    Why.NOT_IN_TERM: lambda: _("不在任期内"),
    Why.REFUSED: lambda: _("已说明不能到岗或逾期未签收"),
    Why.ABSENT: lambda: _("请假或离岗"),
    Why.ALREADY_HERE: lambda: _("已在同一岗位的另一席位"),
    Why.SEGREGATED: lambda: _("所任岗位与本岗位互斥"),
    Why.OWN_SUPERVISOR: lambda: _("会成为自己的上级"),
    Why.NO_CONTACT: lambda: _("没有联系方式，先用能联系上的替补"),
    Why.SECOND_CRITICAL: lambda: _("已任关键岗位，先用替补"),
    Why.LOWER_RANK: lambda: _("次序在后"),
    Why.OVERRIDDEN: lambda: _("已临时指定他人"),
    Why.NOBODY_NAMED: lambda: _("没有指定人员"),
}


def moment(at: datetime) -> str:
    """Return a time as people write it, in the zone's own time."""
    return timezone.localtime(at).strftime("%m-%d %H:%M")


def posture_name(level: int | None) -> str:
    """Return '平时' or the emergency posture with its level."""
    if level is None:
        return str(Posture.ROUTINE.label)
    return _("%(posture)s%(level)s级") % {"posture": Posture.EMERGENCY.label, "level": Level(level).sign}


def cause(activation: Activation) -> str:
    """Return the beginning of an order's title."""
    name = posture_name(activation.level)
    if activation.level_from is None:
        return _("转入%(posture)s") % {"posture": name}
    return _("调整为%(posture)s") % {"posture": name}


def rebased(structure: StructureVersion) -> str:
    """Return the beginning of the title of an order that follows a new structure."""
    return _("换用组织架构第%(n)d版") % {"n": structure.n}


def reasons(pairs: Iterable[Any], names: dict[int, str]) -> str:
    """Return why each person ranked for a seat did not get it, in one phrase."""
    parts: list[str] = []
    for person, why in pairs:
        text = WHY[Why(why)]()
        name = names.get(int(person))
        parts.append(_("%(name)s%(why)s") % {"name": name, "why": text} if name else text)
    return _("；").join(parts)


def gap_lines(gaps: Iterable[Gap]) -> list[GapLine]:
    """Return gaps as sentences. Two queries for all of them."""
    rows = list(gaps)
    people: set[int] = set()
    codes: set[str] = set()
    for gap in rows:
        people.update(one for one in (gap.person_id, gap.owner_id) if one)
        people.update(int(person) for person, _why in gap.subject.get("reasons", []))
        people.update(gap.subject.get("people", []))
        codes.add(gap.post_code)
        codes.update(gap.subject.get("posts", []))
    names = names_of(people) if people else {}
    posts = post_names(codes)
    return [
        GapLine(
            kind=gap.kind,
            severity=gap.severity,
            sentence=_sentence(gap, names, posts),
            post_code=gap.post_code,
            person_id=gap.person_id,
            owner_name=names.get(gap.owner_id or 0, ""),
        )
        for gap in rows
    ]


def post_names(codes: set[str]) -> dict[str, str]:
    """Return the names of posts by code from the newest version that has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (code) code, name FROM organisation_post WHERE code = ANY(%s)"
            " ORDER BY code, version_id DESC",
            [list(codes)],
        )
        found = dict(cursor.fetchall())
    found[POOL_CODE] = _("机动力量")
    return found


def _sentence(gap: Gap, names: dict[int, str], posts: dict[str, str]) -> str:
    post = posts.get(gap.post_code, gap.post_code)
    name = names.get(gap.person_id or 0, "")
    why = reasons(gap.subject.get("reasons", []), names)
    held = _("、").join(posts.get(code, code) for code in gap.subject.get("posts", []))
    owner = names.get(gap.owner_id or 0, "")
    if gap.kind == GapKind.POST_EMPTY:
        text = _("%(post)s应有 %(need)d 人，现有 %(have)d 人") % {
            "post": post,
            "need": gap.subject.get("need", 1),
            "have": gap.subject.get("have", 0),
        }
        if why:
            text += _("（%(why)s）") % {"why": why}
        return text + (_("，暂由%(owner)s负责。") % {"owner": owner} if owner else _("。"))
    if gap.kind == GapKind.AB_BOTH_AWAY and "from" in gap.subject:
        return _both_away_soon(gap, names, post)
    if gap.kind in (GapKind.SEGREGATION, GapKind.AB_BOTH_AWAY):
        text = _("%(post)s空缺：%(why)s") % {"post": post, "why": why}
        return text + (_("，暂由%(owner)s负责。") % {"owner": owner} if owner else _("。"))
    if gap.kind in (GapKind.NAME_SOMEONE, GapKind.NO_SUBSTITUTE):
        return _unanswered(gap, post, name, owner)
    if gap.kind == GapKind.TWO_CRITICAL:
        return _("%(name)s同时担任两个关键岗位：%(posts)s。") % {"name": name, "posts": held}
    if gap.kind == GapKind.SEVERAL_POSTS:
        return _("%(name)s同时担任%(posts)s。") % {"name": name, "posts": held}
    if gap.kind == GapKind.NO_CONTACT:
        return _("%(name)s没有联系方式，须当面或由所在组通知。") % {"name": name}
    if gap.kind == GapKind.PERSON_IN_POOL:
        return _("%(name)s没有岗位，已编入机动力量，向综合协调组报到。") % {"name": name}
    if gap.kind == GapKind.PERSON_ABSENT:
        return _("未安排岗位：%(why)s。") % {"why": why}
    if gap.kind == GapKind.DUTY_MISSING:
        return _("%(post)s没有任务。") % {"post": post}
    if gap.kind == GapKind.CRITICAL_WITHOUT_SUBSTITUTE:
        return _("关键岗位%(post)s没有替补。") % {"post": post}
    if gap.kind == GapKind.TWO_HEADS:
        return _("%(post)s有两人，请明确谁牵头。") % {"post": post}
    if gap.kind in _READINESS:
        return _READINESS[GapKind(gap.kind)](gap, names, posts)
    if gap.kind == GapKind.SPAN_OVER_7:
        return _("%(post)s有 %(count)d 个直接下级岗位，超过七个。") % {
            "post": post,
            "count": gap.subject.get("count", 0),
        }
    return _("没有人可以指挥，请立即指定。")


def _unanswered(gap: Gap, post: str, name: str, owner: str) -> str:
    words = {"post": post, "name": name, "owner": owner}
    if gap.kind == GapKind.NO_SUBSTITUTE:
        return _("%(post)s：%(name)s逾期未签收，没有替补。") % words
    if owner:
        return _("%(post)s：%(name)s一直没有应答，请%(owner)s立即指定人员。") % words
    return _("%(post)s：%(name)s一直没有应答，请立即指定人员。") % words


def _both_away_soon(gap: Gap, names: dict[int, str], post: str) -> str:
    return _("%(post)s的 AB 岗%(names)s将同时离岗（%(t0)s 至 %(t1)s），请改期或再定替补。") % {
        "post": post,
        "names": _("、").join(names.get(one, "") for one in gap.subject["people"]),
        "t0": moment(datetime.fromisoformat(gap.subject["from"])),
        "t1": moment(datetime.fromisoformat(gap.subject["until"])),
    }


def _head_and_member(gap: Gap, names: dict[int, str], posts: dict[str, str]) -> str:
    return _("%(name)s在同一组既任组长又任其他岗位：%(posts)s。") % {
        "name": names.get(gap.person_id or 0, ""),
        "posts": _("、").join(posts.get(code, code) for code in gap.subject["posts"]),
    }


def _unverified(gap: Gap, names: dict[int, str], posts: dict[str, str]) -> str:
    if gap.person_id:
        return _("%(post)s%(name)s的联系方式 90 天没有核实。") % {
            "post": posts.get(gap.post_code, gap.post_code),
            "name": names.get(gap.person_id, ""),
        }
    return _("另有 %(n)d 名在岗人员的联系方式 90 天没有核实，如%(names)s。") % {
        "names": _("、").join(names.get(one, "") for one in gap.subject["people"]),
        "n": gap.subject["count"],
    }


def _dangling(gap: Gap, _names: dict[int, str], _posts: dict[str, str]) -> str:
    said = gap.subject
    who = DutyRole(said["role"]).label if said["role"] in DutyRole.values else said["role"]
    return _("%(group)s没有“%(who)s”岗位，%(n)d 项职责无人承担：%(titles)s。") % {
        "group": said["group"],
        "who": said["code"] or who,
        "n": said["count"],
        "titles": _("；").join(said["titles"]),
    }


def _without_post(gap: Gap, names: dict[int, str], _posts: dict[str, str]) -> str:
    return _("%(name)s战时没有岗位，转换时编入机动力量。") % {"name": names.get(gap.person_id or 0, "")}


def _no_officer(gap: Gap, _names: dict[int, str], _posts: dict[str, str]) -> str:
    return _("“各包企责任人”还没有落实到人：%(n)d 家企业没有包企责任人，如%(units)s。") % {
        "units": _("、").join(gap.subject["units"]),
        "n": gap.subject["count"],
    }


_READINESS: dict[GapKind, Callable[[Gap, dict[int, str], dict[str, str]], str]] = {
    GapKind.HEAD_AND_MEMBER: _head_and_member,
    GapKind.NO_VERIFIED_CONTACT: _unverified,
    GapKind.POST_CODE_DANGLING: _dangling,
    GapKind.PERSON_WITHOUT_POST: _without_post,
    GapKind.CLASS_UNRESOLVED: _no_officer,
}
