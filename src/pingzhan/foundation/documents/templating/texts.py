"""Texts with blanks, the simplest template: ``{{单位}}`` is filled in by whoever uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

_BLANK = re.compile(r"\{\{\s*([\w\u3400-\u9fff]{1,20})\s*\}\}")
MAX_BLANKS = 40


def blanks(*texts: str) -> list[str]:
    """Return the names of the blanks, each once, in order. Raises Invalid for a brace that begins no blank."""
    found: list[str] = []
    for text in texts:
        for match in _BLANK.finditer(text):
            if match.group(1) not in found:
                found.append(match.group(1))
        left = _BLANK.sub("", text)
        if "{{" in left or "}}" in left:
            raise Invalid(
                _("有一处空写得不对。"),
                hint=_("空写成 {{名称}}，名称用汉字、字母或数字，最多二十个字。"),
                code="blank_form",
            )
    if len(found) > MAX_BLANKS:
        raise Invalid(_("一个模板最多 %(n)d 处不同的空。") % {"n": MAX_BLANKS}, code="blank_many")
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the blanks filled; one without a value stays, so that nobody overlooks it."""
    return _BLANK.sub(lambda match: values.get(match.group(1), "").strip() or match.group(0), text)


def open_blanks(text: str) -> list[str]:
    """Return the blanks that a text still has."""
    return list(dict.fromkeys(match.group(1) for match in _BLANK.finditer(text)))
