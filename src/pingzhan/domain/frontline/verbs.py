"""What the trail says of 包保 and 下沉一线; by number, never by name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, sentence, title in (
        ("adopt", _("{actor} 采用包保安排 {subject_id}：调整 {lines} 处，通知 {told} 人"), _("采用包保安排")),
        ("place", _("{actor} 安排人员 {person} 下沉到单位 {unit}"), _("安排下沉去处")),
        (
            "places",
            _("{actor} 更新下沉一线安排：新增 {made} 人，改变 {changed} 人，移除 {removed} 人"),
            _("更新下沉安排"),
        ),
        ("arrive", _("{actor} 登记人员 {person} 到达一线"), _("登记到达一线")),
        ("visited", _("{actor} 登记了走访（编号 {subject_id}）"), _("登记走访")),
        ("visit_voided", _("{actor} 撤回了走访记录（编号 {subject_id}）"), _("撤回走访记录")),
        ("follow", _("{actor} 核对下沉一线：下达 {given} 人次，结束 {ended} 人次"), _("核对下沉一线")),
    ):
        register_verb(f"frontline.{verb}", sentence, title=title)
