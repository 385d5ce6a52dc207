"""The citizen identity number (GB 11643-1999) and the residence permits that share its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact
from pingzhan.kernel.regions import is_known, province_of

#: GB 11643-1999, 4.2: weights of the first 17 digits and the check characters for their sum modulo 11.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"

#: Reasons by code, as Invalid carries them; the outer rings translate by the code.
REASONS = {
    "idnumber_length": "身份证号码应为 18 位。",
    "idnumber_fifteen": "这是 15 位的旧身份证号码，请填 18 位号码。",
    "idnumber_character": "身份证号码前 17 位应为数字，最后一位是数字或 X。",
    "idnumber_date": "身份证号码中的出生日期不存在。",
    "idnumber_future": "身份证号码中的出生日期晚于今天。",
    "idnumber_check": "身份证号码的校验位不对，请核对是否填错一位。",
}


def check_character(digits: str) -> str:
    """Return the 18th character for the first 17 digits."""
    return CHECK_CHARACTERS[
        sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
    ]


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A well-formed number: 18 characters, a real date, the right check character.

    Who holds it is not known from the number; a region code that names no province is allowed (codes were
    changed many times) and tells itself by ``known_region``.
    """

    value: str

    @classmethod
    def parse(cls, text: str, *, today: date | None = None, allow_future: bool = False) -> IdNumber:
        """Return the number written as ``text``; blanks, full-width digits and a small x are accepted.

        ``today`` is the date that a birth may not come after (the machine's date when left out);
        ``allow_future`` permits test numbers of unborn people. Raises Invalid with one of REASONS.
        """
        value = compact(text).upper()
        if len(value) != 18:
            raise _invalid("idnumber_fifteen" if len(value) == 15 and value.isdigit() else "idnumber_length")
        digits = value[:17]
        if not (digits.isascii() and digits.isdigit() and (value[17].isdigit() or value[17] == "X")):
            raise _invalid("idnumber_character")
        try:
            birth = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
        except ValueError:
            raise _invalid("idnumber_date") from None
        if not allow_future and birth > (today or date.today()):  # noqa: DTZ011 - a day, not a moment
            raise _invalid("idnumber_future")
        if check_character(digits) != value[17]:
            raise _invalid("idnumber_check")
        return cls(value)

    @property
    def birth(self) -> date:
        """Return the date of birth."""
        return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))

    @property
    def sex(self) -> Literal["m", "f"]:
        """Return the sex that the 17th digit states: odd is male."""
        return "m" if int(self.value[16]) % 2 else "f"

    @property
    def region(self) -> str:
        """Return the region code of the first registration, 6 digits."""
        return self.value[:6]

    @property
    def province(self) -> str | None:
        """Return the province of the region code, None for residence permits and unknown codes."""
        return province_of(self.value)

    @property
    def known_region(self) -> bool:
        """Return whether the region is one that exists or a residence permit; a warning at most."""
        return is_known(self.value)

    @property
    def masked(self) -> str:
        """Return the number with only the first three and the last two characters shown."""
        return f"{self.value[:3]}{'*' * 13}{self.value[16:]}"

    def __str__(self) -> str:
        return self.value

    def __repr__(self) -> str:
        return f"IdNumber({self.masked})"


def _invalid(code: str) -> Invalid:
    return Invalid(REASONS[code], code=code)
