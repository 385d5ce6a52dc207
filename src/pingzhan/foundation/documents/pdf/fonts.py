"""Which type face stands in for an official one on this machine.

方正小标宋, 仿宋_GB2312 and their like are not free, so a server may lack them. Each has a chain: the official
face, faces of the same cut, at last a Noto face that has every character. A missing glyph is taken from the next
face of the chain, so a rare character in a name is printed in any case.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import typst

#: The part a face plays on the paper -> its chain; the first is the official one.
CHAINS: dict[str, tuple[str, ...]] = {
    "title": (
        "FZXiaoBiaoSong-B05S",
        "FZXiaoBiaoSong-B05",
        "方正小标宋简体",
        "STZhongsong",
        "Noto Serif CJK SC",
    ),
    "body": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong", "FandolFang R", "Noto Serif CJK SC"),
    "second": (
        "KaiTi_GB2312",
        "楷体_GB2312",
        "KaiTi",
        "STKaiti",
        "FandolKai",
        "AR PL KaitiM GB",
        "Noto Serif CJK SC",
    ),
    "first": ("SimHei", "黑体", "STHeiti", "FandolHei", "Noto Sans CJK SC"),
    "page": ("SimSun", "宋体", "STSong", "FandolSong", "Noto Serif CJK SC"),
}

OFFICIAL: dict[str, str] = {
    "title": "方正小标宋简体",
    "body": "仿宋_GB2312",
    "second": "楷体_GB2312",
    "first": "黑体",
    "page": "宋体",
}
"""The Chinese names, for reports."""

#: Places of a chain that hold the official face itself, under the names font files give it.
_TRUE = {"title": 3, "body": 2, "second": 2, "first": 2, "page": 2}


@dataclass(frozen=True)
class Substitution:
    """An official face that this machine lacks, and the one that was used; ``used`` is empty for none."""

    wanted: str
    used: str


@lru_cache(maxsize=4)
def _library(folder: str) -> tuple[typst.Fonts, frozenset[str]]:
    fonts = typst.Fonts(font_paths=[folder] if folder else [])
    return fonts, frozenset(fonts.families())


def library() -> tuple[typst.Fonts, frozenset[str]]:
    """Return the fonts of this machine and their family names, read once per process.

    A site's own faces lie in the folder named by PINGZHAN_FONT_DIR.
    """
    return _library(os.environ.get("PINGZHAN_FONT_DIR", ""))


def chosen(families: frozenset[str], own: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """Return for each part the chain of faces that exist; ``own`` names a site's first choices."""
    found = {}
    for part, chain in CHAINS.items():
        wish = [name.strip() for name in (own or {}).get(part, "").replace("\uff0c", ",").split(",")]
        names = [name for name in (*wish, *chain) if name in families]
        found[part] = list(dict.fromkeys(names)) or sorted(families)[:1]
    return found


def substitutions(families: frozenset[str], own: Mapping[str, str] | None = None) -> list[Substitution]:
    """Return the official faces that are not there, with what is used instead."""
    missing = []
    for part, names in chosen(families, own).items():
        true = set(CHAINS[part][: _TRUE[part]]) | {OFFICIAL[part]}
        if not names or names[0] not in true:
            missing.append(Substitution(OFFICIAL[part], names[0] if names else ""))
    return missing
