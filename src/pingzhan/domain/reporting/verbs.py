"""What the trail says of reports; by number and count, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, sentence, title in (
        ("draft", _("{actor} 拟写信息报告 {due}，第 {version} 版"), _("拟写信息报告")),
        ("edit", _("{actor} 修改信息报告 {due} 的文字"), _("修改信息报告")),
        ("recount", _("{actor} 给信息报告 {due} 重新取数，共 {figures} 项"), _("信息报告取数")),
        ("sign", _("{actor} 签发信息报告 {number}，第 {version} 版"), _("签发信息报告")),
        ("drop", _("{actor} 取消应报事项 {due}"), _("取消应报事项")),
        ("ask_zero", _("{actor} 要求今天零报告，新列 {lines} 家"), _("要求零报告")),
        ("zero", _("{actor} 零报告 {due}，报告数 {value}"), _("零报告")),
        (
            "urge",
            _("{actor} 催报 {due}：已催 {urged} 家，刚催过 {recent} 家，无法联系 {unreachable} 家"),
            _("催报零报告"),
        ),
        ("paper", _("{actor} 导出{form}"), _("导出值守文书")),
        ("alert", _("{actor} 导出平战转换命令 {subject_id} 的预警信息 {identifier}"), _("导出预警信息")),
    ):
        register_verb(f"reporting.{verb}", sentence, title=title)
