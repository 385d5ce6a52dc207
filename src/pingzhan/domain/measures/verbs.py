"""What the trail says of each change of measures. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    register_verb(
        "measures.loaded",
        _("{actor} 载入了随产品提供的措施集（版本编号 {subject_id}）"),
        title=_("载入措施集"),
    )
    register_verb(
        "measures.drafted",
        _("{actor} 起草了措施集（版本编号 {subject_id}）"),
        title=_("起草措施集"),
    )
    register_verb(
        "measures.measure_saved",
        _("{actor} 修改了措施集草稿中的措施（版本编号 {subject_id}）"),
        title=_("修改措施"),
    )
    register_verb(
        "measures.measure_removed",
        _("{actor} 删去了措施集草稿中的一条措施（版本编号 {subject_id}）"),
        title=_("删去措施"),
    )
    register_verb(
        "measures.parameter_saved",
        _("{actor} 修改了措施集草稿中的参数（版本编号 {subject_id}）"),
        title=_("修改参数"),
    )
    register_verb(
        "measures.parameter_removed",
        _("{actor} 删去了措施集草稿中的一个参数（版本编号 {subject_id}）"),
        title=_("删去参数"),
    )
    register_verb(
        "measures.draft_renamed",
        _("{actor} 修改了措施集草稿的名称和说明（版本编号 {subject_id}）"),
        title=_("修改草稿说明"),
    )
    register_verb(
        "measures.discarded",
        _("{actor} 作废了措施集草稿（版本编号 {subject_id}）"),
        title=_("作废草稿"),
    )
    register_verb(
        "measures.published",
        _("{actor} 发布了措施集（版本编号 {subject_id}）"),
        title=_("发布措施集"),
    )
    register_verb(
        "measures.put_in_force",
        _("{actor} 将措施集投入执行（执行编号 {subject_id}）"),
        title=_("措施集投入执行"),
    )
    register_verb(
        "measures.withdrawn",
        _("{actor} 撤回了措施集的执行（执行编号 {subject_id}）"),
        title=_("撤回措施集"),
    )
    register_verb(
        "measures.expired",
        _("{actor} 记录措施集执行期满（执行编号 {subject_id}）"),
        title=_("措施集期满"),
    )
    register_verb(
        "measures.proposed",
        _("{actor} 就 {measures} 项限制性措施拟写了请示（执行编号 {subject_id}）"),
        title=_("提出请示"),
    )
    register_verb(
        "measures.decided",
        _("{actor} 登记了限制性措施的决定（编号 {subject_id}）"),
        title=_("登记决定"),
    )
    register_verb(
        "measures.refused",
        _("{actor} 登记限制性措施未获批准（编号 {subject_id}）"),
        title=_("未获批准"),
    )
    register_verb("measures.lifted", _("{actor} 解除了限制性措施（编号 {subject_id}）"), title=_("解除限制"))
    register_verb(
        "measures.restriction_expired",
        _("{actor} 记录限制性措施期满（执行编号 {subject_id}）"),
        title=_("限制期满"),
    )
