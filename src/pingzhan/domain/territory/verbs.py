"""What the trail says of each change of places."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb of this module its sentence."""
    register_verb("territory.create_unit", _("{actor} 建立了单位（编号 {subject_id}）"), title=_("建立单位"))
    register_verb(
        "territory.rename_unit", _("{actor} 修改了单位名称（编号 {subject_id}）"), title=_("修改单位名称")
    )
    register_verb(
        "territory.move_unit", _("{actor} 调整了单位的上级（编号 {subject_id}）"), title=_("调整单位上级")
    )
    register_verb("territory.import_plan", _("{actor} 导入了园区平面图"), title=_("导入平面图"))
