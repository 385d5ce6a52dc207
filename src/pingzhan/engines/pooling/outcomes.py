"""What a round of swab pools means for a zone: tubes, tests, positive tubes, people held until they are cleared."""

from __future__ import annotations

from dataclasses import dataclass

from pingzhan.engines.pooling.schemes import Assay, PoolingError


@dataclass(frozen=True, slots=True)
class Outcome:
    """Expected numbers of one round. ``held`` counts everybody in a tube that is called positive."""

    persons: int
    tubes: int
    tests: float
    positive_tubes: float
    held: float


def outcome(persons: int, p: float, n: int, test: Assay) -> Outcome:
    """Return what ``persons`` people in tubes of ``n`` lead to; the last tube holds the rest.

    Members of a positive tube are swabbed again singly, so each adds a test. A tube of one needs no second test.
    Raises PoolingError.
    """
    if persons < 0 or n < 1:
        raise PoolingError("人数不能为负，每管至少 1 人。", place="sizes")
    if not 0 <= p <= 1:
        raise PoolingError("感染率要在 0 到 1 之间。", place="prevalence")
    whole, rest = divmod(persons, n)
    tubes = whole + bool(rest)
    positive = held = 0.0
    for count, size in ((whole, n), (bool(rest), rest)):
        if count:
            clear = (1 - p) ** size
            called = count * (test.se * (1 - clear) + (1 - test.sp) * clear)
            positive += called
            held += called * size
    return Outcome(persons, tubes, tubes + (held if n > 1 else 0.0), positive, held)
