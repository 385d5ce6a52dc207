"""What the pages of tubes and boxes share: who sees them, tabs, tones, and each conflict in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import BoxState, ConflictKind, TubeState
from pingzhan.domain.screening.models import Round
from pingzhan.foundation.access.actor import Actor, request_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound
from pingzhan.pages.console.guard import needs_one_of

SEES = needs_one_of(
    Permission.VIEW_SCREENING, Permission.PLAN_SCREENING, Permission.KEEP_SAMPLING, Permission.ENTER_RESULTS
)
KEEPS = needs_one_of(Permission.KEEP_SAMPLING)
TAKES = needs_one_of(Permission.KEEP_SAMPLING, Permission.ENTER_RESULTS)
TUBE_TONES = {
    TubeState.COLLECTING: "info",
    TubeState.SEALED: "info",
    TubeState.BOXED: "info",
    TubeState.HANDED: "info",
    TubeState.RECEIVED: "ok",
    TubeState.TESTED: "ok",
    TubeState.RESULTED: "ok",
    TubeState.VOID: "idle",
}
BOX_TONES = {
    BoxState.OPEN: "info",
    BoxState.SEALED: "info",
    BoxState.HANDED: "info",
    BoxState.RECEIVED: "ok",
}


@dataclass(frozen=True)
class Tab:
    """One tab of the pages, with how many there are to look at."""

    key: str
    label: str
    url: str
    count: int = 0


def round_for(actor: Actor, pk: int) -> Round:
    """Return a round whose tubes the actor may see. NotFound otherwise."""
    found = screening.custody_rounds(actor).select_related("zone").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这一轮检测，或您无权查看。"))
    return found


def framed(request: HttpRequest, round_: Round, tab: str) -> dict[str, Any]:
    """Return what every page of a round shows: its tabs with counts and what the actor may do. Three queries."""
    actor = request_actor(request)
    doubts = screening.open_conflicts(round_).filter(state="open").count()
    gaps = screening.missing_tubes(round_).count()
    return {
        "round": round_,
        "tab": tab,
        "keeps": screening.can_keep(actor, round_.zone),
        "takes": screening.can_take(actor, round_.zone),
        "limit": int(screening.tube_age_limit().total_seconds() // 60),
        "open_doubts": doubts,
        "gaps": gaps,
        "tabs": [
            Tab("tubes", _("采样管"), reverse("custody:tubes", args=[round_.pk])),
            Tab("missing", _("缺管"), reverse("custody:missing", args=[round_.pk]), gaps),
            Tab("doubts", _("疑问"), reverse("custody:doubts", args=[round_.pk]), doubts),
            Tab("boxes", _("样本箱"), reverse("custody:boxes", args=[round_.pk])),
        ],
    }


def told(doubt: screening.Doubt) -> tuple[str, str]:
    """Return what happened and what to do, each a sentence."""
    kind = ConflictKind(doubt.conflict.kind)
    codes = _("、").join(code for _pk, code in doubt.tubes)
    what = {"who": doubt.person or _("一名人员"), "codes": codes}
    if kind == ConflictKind.SECOND_TUBE:
        return (
            _("%(who)s 在本轮的 %(codes)s 都有采样记录，两条都保留，只计一人。") % what,
            _("向采样人员核实：两次都采了的写明“采了两次”；登记错人的写明实际是谁，由企业联系人转告补采。"),
        )
    if kind == ConflictKind.TWICE_IN_TUBE:
        return (
            _("%(who)s 在 %(codes)s 登记了两次，管内人数按一人计。") % what,
            _("核对管内拭子数：一致的写明“重复登记”；多出一支的写明是谁，请本人补采。"),
        )
    if kind == ConflictKind.TWO_DEVICES:
        return (
            _("%(codes)s 在两台手机上登记，没有交接记录，已暂扣，不能出结果。") % what,
            _("核对两台手机登记的人与管内拭子数：相符的写明后放行；不符的作废，请这些人重新采样。"),
        )
    if kind == ConflictKind.TWO_BOXES:
        return (
            _("%(codes)s 装进了两个箱，已暂扣，不能出结果。") % what,
            _("找到实物，写明实际在哪个箱；找不到的作废，请管内人员重新采样。"),
        )
    return (
        _("%(codes)s 的人数超过每管规定人数，没有写原因，已暂扣，不能出结果。") % what,
        _("核对管内拭子数：实验室可以检测的写明后放行；不可以的作废，请多出的人重新采样。"),
    )


def gap_told(gap: str) -> str:
    """Return what to do about a tube that is missing."""
    return {
        screening.Gap.BOX_CAME: _("请实验室再清点这个箱，问交接双方；确认遗失的请管内人员重新采样。"),
        screening.Gap.TOO_OLD: _("联系采样队，查明管在哪里；超时的样本由实验室决定检测还是重采。"),
        screening.Gap.ROUND_OVER: _("联系采样队，查明管在哪里；确认遗失的请管内人员重新采样。"),
        screening.Gap.NOBODY: _("请采样手机连上网络上传；手机损坏的按纸质登记表补录。"),
        screening.Gap.UNSEALED: _("请采样手机连上网络上传封管记录；上传前这一管暂扣。"),
    }[screening.Gap(gap)]
