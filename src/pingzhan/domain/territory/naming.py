"""Readings of enterprise names, and the one spelling of a credit code with its Chinese reasons."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.kernel.creditcode import CreditCode
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.pinyin import initials, sort_key


def readings(name: str, short_name: str = "") -> tuple[str, str]:
    """Return the initials to search by and the key to sort by.

    The initials of the short name follow those of the name after a blank, so that both are found.
    """
    both = [initials(name)]
    short = initials(short_name)
    if short and short not in both[0]:
        both.append(short)
    return " ".join(both), sort_key(name)


def credit_code_value(text: str) -> str:
    """Return the credit code in its one spelling. Raises Invalid with the reason in the reader's language."""
    try:
        return CreditCode.parse(text).value
    except Invalid as error:
        raise Invalid(_reason(error), code=error.code, place=text.strip()) from error


def _reason(error: Invalid) -> str:
    return {
        "creditcode_length": _("统一社会信用代码应为 18 位。"),
        "creditcode_character": _("统一社会信用代码只含数字和大写字母，不含 I、O、S、V、Z。"),
        "creditcode_check": _("统一社会信用代码的校验位不对，请核对是否填错一位。"),
    }.get(error.code, error.message)
