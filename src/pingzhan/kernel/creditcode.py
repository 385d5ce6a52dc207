"""The unified social credit code of organisations (GB 32100-2015)."""

from __future__ import annotations

from dataclasses import dataclass

from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact

#: GB 32100-2015, table 2: 31 symbols without I, O, S, V and Z.
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {symbol: value for value, symbol in enumerate(SYMBOLS)}
#: GB 32100-2015, 4.2.6: weights 3^i mod 31.
WEIGHTS = tuple(pow(3, index, 31) for index in range(17))

REASONS = {
    "creditcode_length": "统一社会信用代码应为 18 位。",
    "creditcode_character": "统一社会信用代码只含数字和大写字母，不含 I、O、S、V、Z。",
    "creditcode_check": "统一社会信用代码的校验位不对，请核对是否填错一位。",
}


def check_character(body: str) -> str:
    """Return the 18th symbol for the first 17."""
    total = sum(_VALUES[symbol] * weight for symbol, weight in zip(body, WEIGHTS, strict=True))
    return SYMBOLS[(31 - total % 31) % 31]


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A well-formed code: 18 symbols with the right check symbol."""

    value: str

    @classmethod
    def parse(cls, text: str) -> CreditCode:
        """Return the code written as ``text``; blanks, dashes, full width and small letters are accepted.

        Raises Invalid with one of REASONS.
        """
        value = compact(text).replace("-", "").upper()
        if len(value) != 18:
            raise _invalid("creditcode_length")
        if any(symbol not in _VALUES for symbol in value):
            raise _invalid("creditcode_character")
        if check_character(value[:17]) != value[17]:
            raise _invalid("creditcode_check")
        return cls(value)

    @property
    def region(self) -> str:
        """Return the region code of the registering authority, 6 characters."""
        return self.value[2:8]

    @property
    def organisation(self) -> str:
        """Return the organisation code (GB 11714) inside, 9 characters."""
        return self.value[8:17]

    def __str__(self) -> str:
        return self.value


def _invalid(code: str) -> Invalid:
    return Invalid(REASONS[code], code=code)
