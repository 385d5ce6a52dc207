"""What the trail says of obligations; by number, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, sentence, title in (
        (
            "generate",
            _("{actor} 生成 {day} 的应办事项：单位 {units} 个，新增 {made} 项，撤销 {withdrawn} 项"),
            _("生成应办事项"),
        ),
        (
            "regenerate",
            _("{actor} 按新措施调整应办事项：单位 {units} 个，新增 {made} 项，撤销 {withdrawn} 项"),
            _("调整应办事项"),
        ),
        (
            "sweep",
            _("{actor} 检查到期事项：逾期 {late} 项，催办 {steps} 次，通知 {told} 人次"),
            _("检查到期事项"),
        ),
        ("declare", _("{actor} 登记办理记录 {subject_id}，办结 {closed} 项"), _("登记办理记录")),
        (
            "withdraw_declaration",
            _("{actor} 撤回办理记录 {subject_id}，重新待办 {obligations} 项"),
            _("撤回办理记录"),
        ),
        ("waive", _("{actor} 免除一项应办事项，免除编号 {subject_id}"), _("免除应办事项")),
        (
            "waive_measure",
            _(
                "{actor} 对 {units} 个单位免除措施 {duty}，自 {first} 至 {last}，涉及已生成事项 {obligations} 项"
            ),
            _("批量免除措施"),
        ),
        (
            "revoke_waiver",
            _("{actor} 撤回免除 {subject_id}，重新待办 {obligations} 项"),
            _("撤回免除"),
        ),
    ):
        register_verb(f"obligations.{verb}", sentence, title=title)
