"""What the trail says of each change of places."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.territory.enums import EnterpriseStatus, RiskClass
from pingzhan.foundation.audit import register_verb, register_words

_WORDS = {choice.value: choice.label for choice in (*RiskClass, *EnterpriseStatus)}


def _word(value: object) -> str:
    return str(_WORDS.get(str(value), value))


def register() -> None:
    """Give every verb of this module its sentence."""
    register_verb("territory.create_unit", _("{actor} 建立了单位（编号 {subject_id}）"), title=_("建立单位"))
    register_verb(
        "territory.rename_unit", _("{actor} 修改了单位名称（编号 {subject_id}）"), title=_("修改单位名称")
    )
    register_verb(
        "territory.move_unit", _("{actor} 调整了单位的上级（编号 {subject_id}）"), title=_("调整单位上级")
    )
    register_verb("territory.import_plan", _("{actor} 导入了园区平面图"), title=_("导入平面图"))
    for verb, text, title in (
        (
            "territory.register_enterprise",
            _("{actor} 登记了企业档案（编号 {subject_id}）"),
            _("登记企业档案"),
        ),
        (
            "territory.register_enterprises",
            _("{actor} 批量登记了 {enterprises} 家企业"),
            _("批量登记企业"),
        ),
        ("territory.change_enterprise", _("{actor} 修改了企业档案（编号 {subject_id}）"), _("修改企业档案")),
        (
            "territory.set_risk",
            _("{actor} 把企业（编号 {subject_id}）的风险等级由{old}调整为{risk}"),
            _("调整企业风险等级"),
        ),
        (
            "territory.set_status",
            _("{actor} 把企业（编号 {subject_id}）的经营状态由{old}改为{status}"),
            _("变更企业经营状态"),
        ),
        (
            "territory.merge_enterprise",
            _("{actor} 把企业（编号 {subject_id}）并入另一家企业（编号 {target}）"),
            _("合并企业"),
        ),
        (
            "territory.import_enterprises",
            _("{actor} 从表格登记了 {new} 家企业，更新了 {changed} 家"),
            _("导入企业档案"),
        ),
        (
            "territory.import_sites",
            _("{actor} 从表格新建了 {new} 个场所，更新了 {changed} 个"),
            _("导入企业场所"),
        ),
        (
            "territory.import_shifts",
            _("{actor} 从表格新建了 {new} 个班次，更新了 {changed} 个"),
            _("导入企业班次"),
        ),
        (
            "territory.import_teams",
            _("{actor} 从表格新建了 {new} 个班组，更新了 {changed} 个"),
            _("导入企业班组"),
        ),
        ("territory.create_site", _("{actor} 新建了场所（编号 {subject_id}）"), _("新建场所")),
        ("territory.create_rooms", _("{actor} 新建了 {rooms} 个宿舍房间"), _("新建宿舍房间")),
        ("territory.change_site", _("{actor} 修改了场所（编号 {subject_id}）"), _("修改场所")),
        ("territory.close_site", _("{actor} 停用了场所（编号 {subject_id}）"), _("停用场所")),
        ("territory.reopen_site", _("{actor} 重新启用了场所（编号 {subject_id}）"), _("重新启用场所")),
        ("territory.make_scope", _("{actor} 把场所（编号 {subject_id}）设为命令范围"), _("场所设为命令范围")),
        ("territory.create_shift", _("{actor} 新建了班次（编号 {subject_id}）"), _("新建班次")),
        ("territory.change_shift", _("{actor} 修改了班次（编号 {subject_id}）"), _("修改班次")),
        ("territory.close_shift", _("{actor} 停用了班次（编号 {subject_id}）"), _("停用班次")),
        ("territory.create_team", _("{actor} 新建了班组（编号 {subject_id}）"), _("新建班组")),
        ("territory.change_team", _("{actor} 修改了班组（编号 {subject_id}）"), _("修改班组")),
        ("territory.close_team", _("{actor} 停用了班组（编号 {subject_id}）"), _("停用班组")),
    ):
        register_verb(verb, text, title=title)
    register_words("risk", _word)
    register_words("old", _word)
    register_words("status", _word)
