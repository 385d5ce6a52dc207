"""Reply codes: eight digits that stand for one person on one seat, for whoever can only answer by text or by voice.

A code is computed from the secret of the installation and stored nowhere; it fits nothing but its seat. Because
eight digits can be guessed, whoever tries is counted (actions.replies) and a code is looked for among the seats
of one telephone, one zone or one place only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.crypto import constant_time_compare, salted_hmac

DIGITS = 8
_SALT = "pingzhan.command.reply_code"
_IN_TEXT = re.compile(r"(?<!\d)(\d{4})[\s-]?(\d{4})(?!\d)")
_WIDE = str.maketrans({chr(0xFF10 + n): str(n) for n in range(10)})


def reply_code(seat_id: int, person_id: int) -> str:
    """Return the code of a person on a seat, eight digits."""
    mac = salted_hmac(_SALT, f"{seat_id}.{person_id}", algorithm="sha256").digest()
    return f"{int.from_bytes(mac[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def spaced(code: str) -> str:
    """Return a code as people read it: two groups of four."""
    return f"{code[:4]} {code[4:]}"


def codes_in(text: str) -> list[str]:
    """Return the codes a reply may contain, however it is typed."""
    return ["".join(found) for found in _IN_TEXT.findall(text.translate(_WIDE))]


def seat_of(codes: Iterable[str], seats: Iterable[tuple[int, int]]) -> int | None:
    """Return the first of the (seat, person) pairs that one of the codes fits, None when none does."""
    tried = list(codes)
    for seat_id, person_id in seats:
        own = reply_code(seat_id, person_id)
        if any(constant_time_compare(own, code) for code in tried):
            return seat_id
    return None
