"""Vehicle plates (GA 36-2018): ordinary and new-energy."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact

PROVINCE_SIGNS = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_SYMBOL = "[0-9A-HJ-NP-Z]"
_ORDINARY = re.compile(rf"[{PROVINCE_SIGNS}][A-HJ-NP-Z]{_SYMBOL}{{4}}(?:{_SYMBOL}|[挂学警港澳])")
_SMALL_GREEN = re.compile(rf"[{PROVINCE_SIGNS}][A-HJ-NP-Z][A-HJ-NP-Z]{_SYMBOL}\d{{4}}")
_LARGE_GREEN = re.compile(rf"[{PROVINCE_SIGNS}][A-HJ-NP-Z]\d{{5}}[A-HJ-NP-Z]")
_DROP = str.maketrans("", "", "-.·•・ ")

REASONS = {
    "plate_province": "车牌号应以省、自治区、直辖市的简称开头。",
    "plate_length": "车牌号应为 7 位，新能源车为 8 位。",
    "plate_form": "车牌号格式不对：字母不含 I、O，新能源小型车第三位是字母，大型车最后一位是字母。",
}


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it is painted, without the dot."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Plate:
        """Return the plate written as ``text``; dots, blanks, small letters and full width are accepted.

        Raises Invalid with one of REASONS.
        """
        value = compact(text).translate(_DROP).upper()
        if not value or value[0] not in PROVINCE_SIGNS:
            raise _invalid("plate_province")
        if len(value) not in (7, 8):
            raise _invalid("plate_length")
        if not any(pattern.fullmatch(value) for pattern in (_ORDINARY, _SMALL_GREEN, _LARGE_GREEN)):
            raise _invalid("plate_form")
        return cls(value)

    @property
    def new_energy(self) -> bool:
        """Return whether it is a green plate of eight characters."""
        return len(self.value) == 8

    def __str__(self) -> str:
        return self.value


def _invalid(code: str) -> Invalid:
    return Invalid(REASONS[code], code=code)
