"""What the trail says of returns and of the list of key regions. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.returnees.enums import Outcome
from pingzhan.foundation.audit import choice_words, register_verb, register_words


def register() -> None:
    """Give every verb of this module its sentence."""
    register_words("outcome", choice_words(Outcome), under="returnees.")
    register_words("ruled", choice_words(Outcome), under="returnees.")
    register_verb(
        "returnees.invited",
        _("{actor} 请职工本人填报返岗申请（编号 {subject_id}）"),
        title=_("请本人填报返岗"),
    )
    register_verb(
        "returnees.applied",
        _("{actor} 登记了返岗申请（编号 {subject_id}），判定：{outcome}"),
        title=_("登记返岗申请"),
    )
    register_verb(
        "returnees.corrected",
        _("{actor} 更正了返岗申请（编号 {subject_id}），判定：{outcome}"),
        title=_("更正返岗申请"),
    )
    register_verb(
        "returnees.observed",
        _("{actor} 记录了返岗观察（编号 {subject_id}），判定：{outcome}"),
        title=_("记录返岗观察"),
    )
    register_verb(
        "returnees.rechecked",
        _("{actor} 办理了返岗复核（编号 {subject_id}），判定：{outcome}"),
        title=_("返岗复核"),
    )
    register_verb(
        "returnees.overridden",
        _("{actor} 改判返岗申请（编号 {subject_id}）：规则为{ruled}，改为{outcome}"),
        title=_("改判返岗"),
    )
    register_verb(
        "returnees.on_post", _("{actor} 登记返岗人员上岗（编号 {subject_id}）"), title=_("返岗上岗")
    )
    register_verb(
        "returnees.withdrawn", _("{actor} 撤回了返岗申请（编号 {subject_id}）"), title=_("撤回返岗申请")
    )
    register_verb("returnees.imported", _("{actor} 批量登记了 {count} 份返岗申请"), title=_("批量登记返岗"))
    register_verb(
        "returnees.region_added",
        _("{actor} 登记了重点地区（编号 {subject_id}），重新判定 {redecided} 份返岗申请"),
        title=_("登记重点地区"),
    )
    register_verb(
        "returnees.region_ended",
        _("{actor} 结束了重点地区（编号 {subject_id}），重新判定 {redecided} 份返岗申请"),
        title=_("结束重点地区"),
    )
    register_verb(
        "returnees.regions_imported",
        _("{actor} 导入了 {count} 条重点地区，重新判定 {redecided} 份返岗申请"),
        title=_("导入重点地区"),
    )
    register_verb(
        "returnees.redecided",
        _("{actor}后重新判定了 {redecided} 份返岗申请"),
        title=_("重新判定返岗申请"),
    )
