"""What the trail says of drills and reviews; by number, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, sentence, title in (
        ("drills.prepare", _("{actor} 准备演练 {subject_id}"), _("准备演练")),
        ("drills.change", _("{actor} 修改演练 {subject_id}"), _("修改演练")),
        ("drills.script", _("{actor} 修改演练 {subject_id} 的脚本，共 {injects} 条"), _("修改演练脚本")),
        ("drills.cancel", _("{actor} 取消演练 {subject_id}"), _("取消演练")),
        ("drills.start", _("{actor} 启动演练 {subject_id}，密封件校验值 {sha}"), _("启动演练")),
        ("drills.inject", _("{actor} 向演练 {subject_id} 注入情况 {inject}"), _("注入情况")),
        ("drills.score", _("{actor} 给情况 {inject} 评分：{score} / {points}"), _("演练评分")),
        ("drills.end", _("演练 {subject_id} 结束，撤销演练交办 {cancelled} 件"), _("结束演练")),
        ("drills.review_write", _("{actor} 编写复盘 {subject_id}"), _("编写复盘")),
        ("drills.review_action", _("{actor} 在复盘 {subject_id} 中提出整改，交办 {order}"), _("复盘整改")),
        ("drills.handover", _("{actor} 在复盘 {subject_id} 中登记撤岗交接（{group}）"), _("撤岗交接")),
        ("drills.review_done", _("{actor} 完成复盘 {subject_id}"), _("完成复盘")),
        ("drills.review_file", _("{actor} 归档复盘 {subject_id}，校验值 {sha}"), _("归档复盘")),
        # Says nothing of what is in it: whoever may read the trail need not know that a blind drill is coming.
        ("sealed.keep", _("{actor} 存入密封件，校验值 {sha}"), _("密封存件")),
    ):
        register_verb(verb, sentence, title=title)
