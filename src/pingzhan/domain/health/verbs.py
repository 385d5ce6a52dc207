"""What the trail says of each change. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, text, title in (
        ("health.team", _("{actor} 登记了班组（编号 {subject_id}）{stored} 人的体温"), _("按班组登记体温")),
        ("health.readings", _("{actor} 上传了 {stored} 条体温"), _("上传体温")),
        ("health.corrected", _("{actor} 更正了一条体温（编号 {subject_id}），原记录保留"), _("更正体温")),
        ("health.sheet", _("{actor} 用表格登记了 {stored} 条体温，其中更正 {corrected} 条"), _("导入体温")),
        ("health.names_read", _("{actor} 查看了 {persons} 名职工的姓名和健康情况"), _("查看健康情况")),
        ("health.attendance", _("{actor} 上传了 {stored} 条到岗记录"), _("上传到岗记录")),
        ("health.roster_read", _("设备 {actor} 取用了 {workers} 人的花名册"), _("设备取用花名册")),
        ("health.case_opened", _("{actor} 登记了停工（编号 {subject_id}）"), _("登记症状和停工")),
        ("health.self_reported", _("{actor}：有职工自报症状（编号 {subject_id}）"), _("职工自报症状")),
        ("health.report_settled", _("{actor} 核实了职工自报（编号 {subject_id}）"), _("核实职工自报")),
        ("health.link_made", _("{actor} 生成了企业（编号 {subject_id}）的症状自报链接"), _("生成自报链接")),
        ("health.case_step", _("{actor} 登记了停工职工的进展（编号 {subject_id}）"), _("登记就诊和返岗")),
    ):
        register_verb(verb, text, title=title)
