"""What the trail says of each change of this module. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, text, title in (
        ("premises.plan_saved", _("{actor} 编写了方案（编号 {subject_id}，第 {version} 版）"), _("编写方案")),
        ("premises.plan_submitted", _("{actor} 报送了方案（编号 {subject_id}）"), _("报送方案")),
        ("premises.plan_approved", _("{actor} 审核通过了方案（编号 {subject_id}）"), _("通过方案")),
        ("premises.plan_returned", _("{actor} 退回了方案（编号 {subject_id}）"), _("退回方案")),
        ("premises.checked", _("{actor} 核对了已有安排（编号 {subject_id}）"), _("核对已有安排")),
        (
            "premises.trained",
            _("{actor} 登记了培训（编号 {subject_id}），{persons} 人参加"),
            _("登记培训"),
        ),
        ("premises.training_voided", _("{actor} 作废了培训记录（编号 {subject_id}）"), _("作废培训记录")),
        (
            "premises.attendance_marked",
            _("{actor} 核对了培训签到（编号 {subject_id}），补登 {added} 人，取消 {removed} 人"),
            _("核对培训签到"),
        ),
        (
            "premises.training_photographed",
            _("{actor} 上传了 {photos} 张培训照片（编号 {subject_id}）"),
            _("上传培训照片"),
        ),
        (
            "premises.exercise_held",
            _("{actor} 登记了企业应急演练（编号 {subject_id}），{persons} 人参加"),
            _("登记企业应急演练"),
        ),
        (
            "premises.exercise_voided",
            _("{actor} 作废了企业应急演练（编号 {subject_id}）"),
            _("作废企业应急演练"),
        ),
        ("premises.trainings_imported", _("{actor} 从表格登记了 {persons} 人次培训"), _("导入培训")),
        ("premises.duty_set", _("{actor} 排了 {days} 天企业值班"), _("排企业值班")),
        ("premises.team_joined", _("{actor} 增加了应急队伍分工（编号 {subject_id}）"), _("增加应急队员")),
        ("premises.team_imported", _("{actor} 从表格办理了 {lines} 行应急队伍分工"), _("导入应急队伍")),
        ("premises.team_left", _("{actor} 结束了应急队伍分工（编号 {subject_id}）"), _("退出应急队伍")),
        (
            "premises.incident_reported",
            _("{actor} 报告了突发情况（编号 {subject_id}），涉及 {persons} 人"),
            _("报告突发情况"),
        ),
        ("premises.incident_received", _("{actor} 接收了事件报告（编号 {subject_id}）"), _("接收事件报告")),
        ("premises.incident_handled", _("{actor} 开始处置事件（编号 {subject_id}）"), _("开始处置事件")),
        ("premises.incident_followed", _("{actor} 补充了事件情况（编号 {subject_id}）"), _("续报事件")),
        ("premises.incident_closed", _("{actor} 结束了事件（编号 {subject_id}）"), _("结束事件")),
        (
            "premises.figures_given",
            _("{actor} 填报了生产经营情况（编号 {subject_id}）"),
            _("填报生产经营情况"),
        ),
        (
            "premises.figures_corrected",
            _("{actor} 更正了生产经营情况（编号 {subject_id}）"),
            _("更正生产经营情况"),
        ),
    ):
        register_verb(verb, text, title=title)
