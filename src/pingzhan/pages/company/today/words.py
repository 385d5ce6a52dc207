"""The words by which somebody declares in one tap what a ledger then keeps."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.measures.enums import Evidence

#: What exactly is said by a tap, by kind of evidence. The ledger refuses it where it is not so.
DECLARED: dict[str, Promise] = {
    Evidence.TEMPERATURE: _("在岗职工体温全部正常"),
    Evidence.VISITORS: _("今天没有外来人员"),
    Evidence.GATE_CHECK: _("今天没有货物车辆进出"),
    Evidence.MEETINGS: _("今天没有会议"),
    Evidence.CLOSED_MANAGEMENT: _("封闭管理已检查，没有异常"),
    Evidence.DISINFECTION: _("到点的消杀已在全部区域完成"),
    Evidence.VENTILATION: _("通风已按计划完成"),
    Evidence.CANTEEN_HYGIENE: _("食堂已逐项检查，从业人员和留样同上次，没有异常"),
    Evidence.CANTEEN_PLAN: _("今天按已发布的安排就餐"),
    Evidence.SUPPLIES_CHECK: _("物资已清点，数量和有效期没有异常"),
    Evidence.DUTY_ROSTER: _("值班安排同昨日，人员在岗"),
    Evidence.PLAN_REVIEW: _("防控方案已核对，仍然适用"),
    Evidence.EMERGENCY_PLAN: _("应急预案已核对，仍然适用"),
    Evidence.ZERO_REPORT: _("重点监控人员为零"),
}

#: Values of parameters that are keys.
VALUES: dict[str, dict[str, Promise]] = {
    "visitor_mode": {"register": _("登记后进入"), "appointment": _("先预约再进入"), "none": _("不接待")},
    "visitor_star": {"ask": _("写明去处后进入"), "refuse": _("不能进入")},
    "canteen_mode": {"staggered": _("错时就餐"), "takeaway": _("打包带走")},
}


def declared(evidence: str) -> str:
    """Return the sentence that a tap on this kind of evidence declares."""
    return str(DECLARED.get(evidence, _("已按要求完成，没有异常")))
