"""What people write about a place, turned into a code and a name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold
from pingzhan.kernel.regions import PROVINCES, province_of

_CODE = re.compile(r"([1-9]\d{5}(?:\d{3}){0,2})(?!\d)\s*(.*)\Z", re.DOTALL)
MAX_NAME = 60
#: 省、自治区、市 may be left out of the province's name.
_SHORT = {
    re.sub(r"(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)\Z", "", name): (code, name)
    for code, name in PROVINCES.items()
}

_ANY = re.compile("|".join(_SHORT))


def from_province(words: str) -> str:
    """Return the text from the first province it names on, empty when it names none."""
    found = _ANY.search(words)
    return words[found.start() :] if found else ""


def read_place(text: str, known: Mapping[str, str], *, place: str = "place") -> tuple[str, str]:
    """Return code and name of a place, given as "371621 name", as a listed name, or beginning with its province.

    ``known`` maps names on the list of key regions to codes. Raises Invalid naming ``place``.
    """
    words = fold(text)
    if not words:
        raise Invalid(_("请填写到过的地方。"), place=place)
    if len(words) > MAX_NAME:
        raise Invalid(_("地名过长，最多 60 个字。"), place=place)
    if found := _CODE.match(words):
        code, name = found[1], found[2].strip()
        if province_of(code) is None:
            raise Invalid(_("区划代码“%(code)s”不对：前两位不是省份。") % {"code": code}, place=place)
        names = {one: name for name, one in known.items()}
        return code, name or names.get(code, "")
    if words in known:
        return known[words], words
    for short, (code, name) in _SHORT.items():
        if words.startswith(short):
            rest = words.removeprefix(name) if words.startswith(name) else words.removeprefix(short)
            return f"{code}0000", f"{name}{rest}"
    raise Invalid(
        _("看不出“%(name)s”在哪个省。") % {"name": words},
        place=place,
        hint=_("请从省份写起，写到县（市、区），或填六位区划代码。"),
    )
