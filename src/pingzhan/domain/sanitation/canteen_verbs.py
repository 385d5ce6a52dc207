"""What the trail says of meals and canteens. Bodies hold ids and counts only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.audit import register_verb


def register() -> None:
    """Give every verb its sentence."""
    for verb, text, title in (
        ("canteen.meal_set", _("{actor} 登记了食堂餐次（编号 {subject_id}）"), _("登记食堂餐次")),
        ("canteen.meal_ended", _("{actor} 停用了食堂餐次（编号 {subject_id}）"), _("停用食堂餐次")),
        ("canteen.proposed", _("{actor} 编排了就餐安排草案（编号 {subject_id}）"), _("编排就餐安排")),
        ("canteen.moved", _("{actor} 手工调整了就餐安排（编号 {subject_id}）"), _("调整就餐安排")),
        ("canteen.published", _("{actor} 发布了就餐安排（编号 {subject_id}）"), _("发布就餐安排")),
        (
            "canteen.outdated",
            _("就餐规定变化，就餐安排（编号 {subject_id}）已过时"),
            _("就餐安排过时"),
        ),
        ("canteen.kept", _("{actor} 确认当天按已发布的安排就餐"), _("按安排就餐")),
        ("canteen.checked", _("{actor} 登记了食堂卫生检查（编号 {subject_id}）"), _("食堂卫生检查")),
        (
            "canteen.corrected",
            _("{actor} 更正了食堂卫生检查（编号 {subject_id}）"),
            _("更正食堂卫生检查"),
        ),
    ):
        register_verb(verb, text, title=title)
