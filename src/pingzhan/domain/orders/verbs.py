"""What the trail says of orders, meetings and decisions; by number, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, sentence, title in (
        ("issue", _("{actor} 下达交办事项第 {number} 号"), _("下达交办")),
        (
            "issue_bulk",
            _("{actor} 批量下达：拟 {asked} 件，已下达 {made} 件，未下达 {refused} 件"),
            _("批量交办"),
        ),
        ("receive", _("{actor} 签收交办事项第 {number} 号"), _("签收交办")),
        ("start", _("{actor} 开始办理第 {number} 号"), _("开始办理")),
        ("feedback", _("{actor} 反馈第 {number} 号，照片 {photos} 张"), _("反馈交办")),
        ("note", _("{actor} 报告第 {number} 号的进展"), _("办理进展")),
        ("check", _("{actor} 核实第 {number} 号的反馈"), _("核实反馈")),
        ("close", _("{actor} 给第 {number} 号销号"), _("销号")),
        ("cancel", _("{actor} 撤销第 {number} 号"), _("撤销交办")),
        ("urge", _("{actor} 第 {n} 次催办第 {number} 号"), _("催办交办")),
        ("ask_extension", _("{actor} 申请第 {number} 号延期"), _("申请延期")),
        ("decide_extension", _("{actor} 答复第 {number} 号的延期申请"), _("答复延期")),
        ("move", _("{actor} 把第 {number} 号改由他人主办"), _("改由主办")),
        ("move_vanished", _("{actor} 移交撤销岗位的交办事项 {moved} 件，余 {left} 件"), _("移交交办")),
        ("meeting", _("{actor} 记录会议 {subject_id}，参加 {people} 人"), _("记录会议")),
        ("meeting_changed", _("{actor} 补充会议 {subject_id} 的记录"), _("补充会议记录")),
        ("decision", _("{actor} 记录决定 {subject_id}"), _("记录决定")),
    ):
        register_verb(f"orders.{verb}", sentence, title=title)
