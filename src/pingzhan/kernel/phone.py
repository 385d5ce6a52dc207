"""Telephone numbers of the mainland: mobile and land line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact

_DROP = str.maketrans("", "", " -()./")
_MOBILE = re.compile(r"1[3-9]\d{9}")
#: 10, 02x and three-digit area codes, then seven or eight digits, then an extension.
_LAND = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
_SERVICE = re.compile(r"(?:400|800)\d{7}")
_EXTENSION = re.compile(r"(?:转|ext\.?|x|#|,)(\d{1,6})$", re.IGNORECASE)
#: Second and third digits that carriers do not give to people (2026): data cards, IoT, satellites.
_NOT_PEOPLE = frozenset({"140", "141", "142", "143", "144", "146", "148", "149", "154"})

REASONS = {
    "phone_empty": "电话号码里没有数字。",
    "phone_character": "电话号码只含数字，可带区号、横线和分机号。",
    "phone_mobile_length": "手机号码应为 11 位。",
    "phone_area": "固定电话请带区号填写，例如 0543-1234567。",
    "phone_form": "这不是手机号码，也不是带区号的固定电话。",
}


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be dialled within the country; ``value`` holds digits only.

    ``extension`` is dialled after the connection. Whether the number is in use is not known; ranges that
    carriers do not give to people only warn (``usual`` is False), because ranges are opened every year.
    """

    value: str
    extension: str = ""

    @classmethod
    def parse(cls, text: str) -> Phone:
        """Return the number written as ``text``: full width, blanks, dashes, brackets, +86 are accepted.

        Raises Invalid with one of REASONS.
        """
        typed = compact(text)
        extension = ""
        if found := _EXTENSION.search(typed):
            extension, typed = found[1], typed[: found.start()]
        digits = typed.translate(_DROP)
        for prefix in ("+86", "0086"):
            digits = digits.removeprefix(prefix)
        if len(digits) == 13 and digits.startswith("861"):
            digits = digits[2:]
        if not digits:
            raise _invalid("phone_empty")
        if not (digits.isascii() and digits.isdigit()):
            raise _invalid("phone_character")
        if any(pattern.fullmatch(digits) for pattern in (_MOBILE, _LAND, _SERVICE)):
            return cls(digits, extension)
        if digits[0] == "1" and len(digits) != 11:
            raise _invalid("phone_mobile_length")
        if len(digits) in (7, 8) and digits[0] not in "01":
            raise _invalid("phone_area")
        raise _invalid("phone_form")

    @property
    def is_mobile(self) -> bool:
        """Return whether short messages can be sent to it."""
        return self.value[0] == "1"

    @property
    def usual(self) -> bool:
        """Return whether carriers give numbers of this range to people; False is worth a second look."""
        return self.value[:3] not in _NOT_PEOPLE

    @property
    def masked(self) -> str:
        """Return the number with its middle digits hidden: 138****5678, 0543****567."""
        if self.is_mobile:
            return f"{self.value[:3]}****{self.value[7:]}"
        return f"{self.value[:4]}{'*' * (len(self.value) - 7)}{self.value[-3:]}"

    def __str__(self) -> str:
        return f"{self.value}-{self.extension}" if self.extension else self.value

    def __repr__(self) -> str:
        return f"Phone({self.masked})"


def _invalid(code: str) -> Invalid:
    return Invalid(REASONS[code], code=code)
