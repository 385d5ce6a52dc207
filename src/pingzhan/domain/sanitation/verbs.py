"""What the trail says of cleaning and airing. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    for verb, text, title in (
        ("sanitation.area_added", _("{actor} 登记了消杀区域（编号 {subject_id}）"), _("登记消杀区域")),
        ("sanitation.area_changed", _("{actor} 修改了消杀区域（编号 {subject_id}）"), _("修改消杀区域")),
        ("sanitation.area_retired", _("{actor} 停用了消杀区域（编号 {subject_id}）"), _("停用消杀区域")),
        ("sanitation.areas_proposed", _("{actor} 按场所登记了 {areas} 个消杀区域"), _("按场所登记区域")),
        (
            "sanitation.disinfected",
            _("{actor} 登记了 {records} 个区域的消杀（登记编号 {subject_id}）"),
            _("登记消杀"),
        ),
        (
            "sanitation.aired",
            _("{actor} 登记了 {records} 个区域的通风（登记编号 {subject_id}）"),
            _("登记通风"),
        ),
        ("sanitation.corrected", _("{actor} 更正了消杀通风记录（编号 {subject_id}）"), _("更正消杀通风记录")),
        ("sanitation.voided", _("{actor} 作废了消杀通风记录（编号 {subject_id}）"), _("作废消杀通风记录")),
        ("sanitation.imported", _("{actor} 从表格登记了 {records} 条消杀通风记录"), _("导入消杀通风记录")),
        (
            "sanitation.counted_again",
            _("{actor} 按已有登记办结新增事项：{kind}，{closed} 项"),
            _("按已有登记办结"),
        ),
    ):
        register_verb(verb, text, title=title)
