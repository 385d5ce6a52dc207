"""The sets that the product ships with, as files."""

from __future__ import annotations

from functools import cache
from importlib import resources

from django.utils.translation import gettext as _

from pingzhan.domain.measures.content import SetContent
from pingzhan.domain.measures.sheet import read_sheet
from pingzhan.kernel.errors import NotFound


@cache
def shipped_keys() -> tuple[str, ...]:
    """Return the keys of the shipped sets, sorted: a set's file is named by its key."""
    folder = resources.files("pingzhan.domain.measures").joinpath("sets")
    return tuple(
        sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))
    )


@cache
def shipped(key: str) -> SetContent:
    """Return a shipped set. Raises NotFound for an unknown key."""
    if key not in shipped_keys():
        raise NotFound(
            _("产品没有随带“%(key)s”这一措施集。") % {"key": key},
            hint=_("随带的有：%(keys)s。") % {"keys": "、".join(shipped_keys())},
        )
    file = resources.files("pingzhan.domain.measures").joinpath(f"sets/{key}.toml")
    return read_sheet(file.read_text("utf-8"), f"{key}.toml")
