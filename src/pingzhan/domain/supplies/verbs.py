"""What the trail says of each change in a store. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, text, title in (
        ("supplies.received", _("{actor} 登记了物资入库（编号 {subject_id}）"), _("物资入库")),
        ("supplies.used", _("{actor} 登记了物资领用（编号 {subject_id}）"), _("物资领用")),
        ("supplies.discarded", _("{actor} 登记了物资报废（编号 {subject_id}）"), _("物资报废")),
        ("supplies.lent", _("{actor} 登记了物资借出或上交（编号 {subject_id}）"), _("物资借出或上交")),
        ("supplies.returned", _("{actor} 登记了物资归还（编号 {subject_id}）"), _("物资归还")),
        ("supplies.reversed", _("{actor} 更正了一条出入库记录（编号 {reverses}）"), _("更正出入库")),
        (
            "supplies.checked",
            _("{actor} 逐项盘点了物资：{batches} 个批次，{differences} 处差异"),
            _("物资盘点"),
        ),
        ("supplies.found_same", _("{actor} 申报物资账实相符：{batches} 个批次"), _("申报账实相符")),
        ("supplies.imported", _("{actor} 从表格登记了物资：{parts} 个批次"), _("导入物资")),
        ("supplies.purchase_drafted", _("{actor} 拟了采购单（编号 {subject_id}）"), _("拟采购单")),
        ("supplies.purchase_edited", _("{actor} 改了采购单的数量（编号 {subject_id}）"), _("改采购单")),
        ("supplies.purchase_ordered", _("{actor} 登记采购单已下单（编号 {subject_id}）"), _("采购下单")),
        ("supplies.purchase_received", _("{actor} 登记采购单已到货（编号 {subject_id}）"), _("采购到货")),
        ("supplies.purchase_cancelled", _("{actor} 取消了采购单（编号 {subject_id}）"), _("取消采购单")),
    ):
        register_verb(verb, text, title=title)
