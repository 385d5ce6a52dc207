"""How a Chinese name may be read, for search by pinyin.

Given names are read by the most common reading of each character; surnames by every reading in use as one,
since 单 is Shan as a surname and Dan elsewhere.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin

#: Readings as a surname that differ from the everyday one, and surnames that are read in two ways.
SURNAMES: dict[str, tuple[str, ...]] = {
    "单": ("shan",),
    "仇": ("qiu",),
    "解": ("xie",),
    "曾": ("zeng",),
    "查": ("zha",),
    "区": ("ou",),
    "朴": ("piao", "pu"),
    "任": ("ren",),
    "华": ("hua",),
    "盖": ("gai", "ge"),
    "尉": ("wei", "yu"),
    "翟": ("zhai", "di"),
    "缪": ("miao",),
    "乐": ("yue", "le"),
    "覃": ("qin", "tan"),
    "召": ("shao",),
    "纪": ("ji",),
    "员": ("yun",),
    "折": ("she",),
    "黑": ("he", "hei"),
    "繁": ("po",),
    "种": ("chong", "zhong"),
    "重": ("chong",),
    "秘": ("bi", "mi"),
    "冼": ("xian",),
    "洗": ("xian",),
    "宿": ("su",),
    "相": ("xiang",),
    "隗": ("wei", "kui"),
    "车": ("che",),
    "晟": ("cheng",),
    "逄": ("pang",),
    "长": ("chang", "zhang"),
    "万": ("wan",),
    "尹": ("yin",),
    "芮": ("rui",),
    "干": ("gan",),
    "哈": ("ha",),
    "贾": ("jia",),
    "薄": ("bo",),
    "燕": ("yan",),
    "应": ("ying",),
    "宁": ("ning",),
    "盛": ("sheng",),
    "幺": ("yao",),
    "么": ("yao",),
    "谌": ("chen", "shen"),
    "曲": ("qu",),
    "俞": ("yu",),
    "冯": ("feng",),
    "沈": ("shen",),
    "吕": ("lv", "lu"),
}
DOUBLE = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "澹台": ("tan", "tai"),
    "宰父": ("zai", "fu"),
    "单于": ("chan", "yu"),
    "欧阳": ("ou", "yang"),
    "令狐": ("ling", "hu"),
}


@lru_cache(maxsize=20_000)
def reading(char: str) -> str:
    """Return the common reading of one character in lower case without tone; a letter is its own reading."""
    found = pinyin(char, style=Style.NORMAL, v_to_u=False)
    text = found[0][0] if found and found[0] else char
    return "".join(mark for mark in text.lower() if mark.isalnum())


def clean(name: str) -> str:
    """Return a name as it is compared: full-width letters folded, no blanks and dots, small letters."""
    folded = unicodedata.normalize("NFKC", name)
    return "".join(mark for mark in folded if mark.isalnum()).lower()


def syllables(name: str) -> list[list[str]]:
    """Return the possible readings of a cleaned name, each a list of syllables; the likeliest first."""
    if not name:
        return []
    if name[:2] in DOUBLE:
        return [[*DOUBLE[name[:2]], *(reading(char) for char in name[2:])]]
    rest = [reading(char) for char in name[1:]]
    heads = SURNAMES.get(name[0], (reading(name[0]),))
    return [[head, *rest] for head in heads]
