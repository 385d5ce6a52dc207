"""What the trail says of each change of workers. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.enums import MergeReason
from pingzhan.foundation.audit import register_verb, register_words


def register() -> None:
    """Give every verb of this module its sentence."""
    register_words("merge_reason", lambda key: str(MergeReason(key).label))
    register_verb("people.registered", _("{actor} 登记了职工（用工编号 {subject_id}）"), title=_("登记职工"))
    register_verb(
        "people.person_changed", _("{actor} 修改了个人信息（个人编号 {subject_id}）"), title=_("修改个人信息")
    )
    register_verb(
        "people.employment_changed",
        _("{actor} 修改了用工信息（用工编号 {subject_id}）"),
        title=_("修改用工信息"),
    )
    register_verb("people.transferred", _("{actor} 调动了职工（用工编号 {subject_id}）"), title=_("调动职工"))
    register_verb("people.transferred_many", _("{actor} 批量调动了 {count} 名职工"), title=_("批量调动"))
    register_verb("people.left", _("{actor} 登记了离职（用工编号 {subject_id}）"), title=_("登记离职"))
    register_verb("people.left_many", _("{actor} 批量登记了 {count} 人离职"), title=_("批量离职"))
    register_verb(
        "people.merged",
        _("{actor} 把个人编号 {dropped} 并入了个人编号 {subject_id}，原因：{merge_reason}"),
        title=_("合并重复人员"),
    )
    register_verb(
        "people.kept_apart",
        _("{actor} 确认个人编号 {subject_id} 和 {other} 不是同一人"),
        title=_("确认不是同一人"),
    )
    register_verb("people.built", _("{actor} 建立了 {workers} 名演示职工"), title=_("建立演示职工"))
