"""How groups and posts are called."""

from __future__ import annotations

import re

_BODY = re.compile(r"(领导小组|指挥部|委员会)$")


def short_group(name: str) -> str:
    """Return what a group is called inside a sentence: the last word of a leading group's long name.

    Only names that end in 领导小组, 指挥部 or 委员会 are shortened; the names of work groups stay.
    """
    match = _BODY.search(name)
    return match.group(1) if match else name


def post_name(group: str, role: str) -> str:
    """Return the name of a post made from its group and role: 领导小组组长, 核酸检测组成员."""
    return f"{short_group(group)}{role}"
