"""Words shared by the pages of the console."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.domain.organisation.api import short_group
from pingzhan.kernel.levels import Level


def level_word(level: int | None) -> str:
    """Return the posture and level in words: 平时 for None, else 战时 with the level."""
    if level is None:
        return _("平时")
    return _("战时%(sign)s级") % {"sign": Level(level).sign, "roman": Level(level).roman}


def group_name(code: str, name: str) -> str:
    """Return the name of a group; the pool, which no structure contains, is called 机动."""
    return _("机动") if code == "pool" else short_group(name) or code


def level_sign(level: int) -> str:
    """Return the one-character sign of a level."""
    return Level(level).sign


def post_title(group: str, post: str) -> str:
    """Return group and post; only the post when its name holds the group's already."""
    group = short_group(group)
    return post if not group or group in post else f"{group} · {post}"
