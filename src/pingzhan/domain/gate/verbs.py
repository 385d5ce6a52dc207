"""What the trail says of each change at the gate. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, text, title in (
        ("gate.invited", _("{actor} 登记了来访预约（编号 {subject_id}）"), _("登记来访预约")),
        (
            "gate.appointment_decided",
            _("{actor} 对来访预约（编号 {subject_id}）作出了决定"),
            _("批准来访预约"),
        ),
        (
            "gate.appointment_cancelled",
            _("{actor} 取消了来访预约（编号 {subject_id}）"),
            _("取消来访预约"),
        ),
        ("gate.visitor_in", _("{actor} 登记了来访人员进入（编号 {subject_id}）"), _("来访进入")),
        ("gate.visitor_out", _("{actor} 登记了来访人员离开（编号 {subject_id}）"), _("来访离开")),
        ("gate.visitor_refused", _("{actor} 按规定没有放行一名来访人员"), _("来访未放行")),
        ("gate.visit_voided", _("{actor} 作废了来访记录（编号 {subject_id}）"), _("作废来访记录")),
        ("gate.vehicle_in", _("{actor} 登记了车辆进入（编号 {subject_id}）"), _("车辆进入")),
        ("gate.vehicle_out", _("{actor} 登记了车辆离开（编号 {subject_id}）"), _("车辆离开")),
        ("gate.vehicle_refused", _("{actor} 按规定没有放行一辆车"), _("车辆未放行")),
        ("gate.vehicle_disinfected", _("{actor} 登记了车辆消毒（编号 {subject_id}）"), _("车辆消毒")),
        ("gate.vehicle_voided", _("{actor} 作废了车辆记录（编号 {subject_id}）"), _("作废车辆记录")),
        ("gate.marked_none", _("{actor} 登记了当日情况（编号 {subject_id}）"), _("登记当日情况")),
        (
            "gate.counted_again",
            _("{actor} 按当天已有登记办结新增事项：{kind}，{closed} 项"),
            _("按已有登记办结"),
        ),
        ("gate.closed", _("{actor} 登记了企业封闭管理（编号 {subject_id}）"), _("登记封闭管理")),
        ("gate.opened", _("{actor} 解除了企业封闭管理（编号 {subject_id}）"), _("解除封闭管理")),
        ("gate.permitted", _("{actor} 在准入名单中加了一行（编号 {subject_id}）"), _("列入准入名单")),
        ("gate.permit_ended", _("{actor} 在准入名单中取消了一行（编号 {subject_id}）"), _("取消准入")),
        ("gate.meeting", _("{actor} 登记了会议（编号 {subject_id}）"), _("登记会议")),
        ("gate.meeting_cancelled", _("{actor} 取消了会议（编号 {subject_id}）"), _("取消会议")),
        ("gate.lot_arrived", _("{actor} 登记了货物批次（编号 {subject_id}）"), _("货物到厂")),
        ("gate.lot_stored", _("{actor} 登记了货物存放（编号 {subject_id}）"), _("货物存放静置")),
        ("gate.lot_disinfected", _("{actor} 登记了货物消毒（编号 {subject_id}）"), _("货物消毒")),
        ("gate.lot_tested", _("{actor} 登记了货物检测（编号 {subject_id}）"), _("货物检测")),
        ("gate.lot_certified", _("{actor} 补登了货物证明（编号 {subject_id}）"), _("补登货物证明")),
        ("gate.lot_step_voided", _("{actor} 作废了货物的一项记录（编号 {subject_id}）"), _("作废货物记录")),
        (
            "gate.lot_rule",
            _("{actor} 把货物批次（编号 {subject_id}）改按现行规定：静置由 {before} 天改为 {after} 天"),
            _("货物改按现行规定"),
        ),
        ("gate.lot_released", _("{actor} 放行了货物批次（编号 {subject_id}）"), _("货物放行")),
        ("gate.lot_rejected", _("{actor} 拒收了货物批次（编号 {subject_id}）"), _("货物拒收")),
        ("gate.lot_withdrawn", _("{actor} 作废了货物批次（编号 {subject_id}）"), _("作废货物批次")),
        ("gate.lots_imported", _("{actor} 从表格登记了 {new} 批货物，办理了 {changed} 批"), _("导入货物")),
        ("gate.device_bound", _("{actor} 把门岗设备（编号 {subject_id}）绑定到门岗"), _("绑定门岗设备")),
        (
            "gate.device_moved",
            _("{actor} 把门岗设备（编号 {subject_id}）换到另一个门岗"),
            _("门岗设备换门岗"),
        ),
        ("gate.passages", _("门岗设备 {actor} 上传了 {stored} 条进出记录"), _("设备上传进出记录")),
    ):
        register_verb(verb, text, title=title)
