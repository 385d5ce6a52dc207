"""Schemes of pooled testing and their closed formulas: single tests, Dorfman, hierarchical, square array."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from pingzhan.kernel.errors import Invalid

MOST = 1_000
"""People in the first pool at most: beyond any tube or machine, and the sums stay exact enough."""
ARRAY_MOST = 100
"""Rows of an array at most."""


class PoolingError(Invalid):
    """A scheme that cannot be computed; ``place`` names the option."""

    code = "pooling"


class Scheme(StrEnum):
    """How pools are tested again."""

    INDIVIDUAL = "individual"
    DORFMAN = "dorfman"
    HIERARCHICAL = "hierarchical"
    ARRAY = "array"


@dataclass(frozen=True, slots=True)
class Assay:
    """A test: ``se`` finds a positive, ``sp`` clears a negative. Raises PoolingError outside (0, 1]."""

    se: float = 1.0
    sp: float = 1.0

    def __post_init__(self) -> None:
        for place, value in (("se", self.se), ("sp", self.sp)):
            if not (math.isfinite(value) and 0 < value <= 1):
                raise PoolingError(
                    "灵敏度和特异度都要大于 0、不超过 1。", place=place, hint="百分之九十五写作 0.95。"
                )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a scheme does: tests per person, and for one person of the group.

    ``pse`` a positive person is found, ``psp`` a negative one is cleared, ``ppv`` who is called positive is so,
    ``npv`` who is called negative is so.
    """

    tests_per_person: float
    pse: float
    psp: float
    ppv: float
    npv: float

    def as_dict(self) -> dict[str, float]:
        """Return the shape that the command line prints."""
        return asdict(self)


def individual(p: float, test: Assay) -> Evaluation:
    """Return what testing everybody singly does."""
    _prevalence(p)
    return _judged(p, 1.0, test.se, test.sp)


def dorfman(p: float, n: int, pool: Assay, single: Assay | None = None) -> Evaluation:
    """Return what one pool of ``n`` and single tests of the members of a positive one do.

    ``single`` is the test of the second stage, the same as the first when left out. Dorfman 1943. A pool of one is a
    single test. Raises PoolingError.
    """
    _prevalence(p)
    _size(n, MOST)
    if n == 1:
        return individual(p, pool)
    again = single or pool
    clear, others = (1 - p) ** n, (1 - p) ** (n - 1)
    tests = 1 / n + pool.se * (1 - clear) + (1 - pool.sp) * clear
    called = pool.se * (1 - others) + (1 - pool.sp) * others
    return _judged(p, tests, pool.se * again.se, 1 - (1 - again.sp) * called)


def hierarchical(p: float, sizes: Sequence[int], tests: Assay | Sequence[Assay]) -> Evaluation:
    """Return what pools within pools do: ``sizes`` fall, each divides the one before, the last is 1.

    ``tests`` is one test for all stages or one for each. Raises PoolingError.
    """
    _prevalence(p)
    stages = tuple(sizes)
    _falling(stages)
    each = (tests,) * len(stages) if isinstance(tests, Assay) else tuple(tests)
    if len(each) != len(stages):
        raise PoolingError("每个阶段要有一组灵敏度和特异度。", place="se")
    if stages == (1,):
        return individual(p, each[0])
    clear = [(1 - p) ** n for n in stages]
    expected = 1 / stages[0]
    found, false = each[0].se * (1 - clear[0]), (1 - each[0].sp) * clear[0]
    se = each[0].se
    for n, test, free in zip(stages[1:], each[1:], clear[1:], strict=True):
        expected += (found + false) / n
        holding = (1 - free) * se
        free_yet_called = found + false - holding
        found, false = holding * test.se, free_yet_called * (1 - test.sp)
        se *= test.se
    return _judged(p, expected, se, 1 - false / (1 - p) if p < 1 else 1.0)


def array(p: float, n: int, test: Assay) -> Evaluation:
    """Return what an ``n`` by ``n`` array without a master pool does: rows and columns, then the crossings singly.

    A positive row without a positive column is tested again whole, and the other way round. Kim et al. 2007,
    doi 10.1111/j.1541-0420.2007.00817.x. Raises PoolingError.
    """
    _prevalence(p)
    _size(n, ARRAY_MOST)
    if n < 2:
        raise PoolingError("方阵每边至少 2 人。", place="sizes", hint="例如 --sizes 10 表示 10 行 10 列。")
    se, sp, q = test.se, test.sp, 1 - p
    row_free = q**n
    alone = 0.0
    for r in range(n + 1):
        ways = math.comb(n, r)
        a = ways * (1 - row_free) ** r * row_free ** (n - r)
        b = ways * (1 - q ** (n - 1)) ** r * q ** ((n - 1) * (n - r))
        alone += ((1 - sp) * row_free * b + se * (a - row_free * b)) * (1 - se) ** r * sp ** (n - r)
    gap = 1 - se - sp
    crossing = se**2 + gap**2 * q ** (2 * n - 1) + 2 * (se * (1 - sp) - se**2) * row_free
    again = 2 * alone + crossing
    missed = 1 - se - gap * row_free
    pse = se * (se**2 + 2 * se * (1 - se) * missed ** (n - 1))
    psp = 1 - (1 - sp) * (again - p * pse / se) / q if q > 0 else 1.0
    return _judged(p, 2 / n + again, pse, psp)


def evaluate(scheme: Scheme | str, p: float, sizes: Sequence[int], test: Assay) -> Evaluation:
    """Return what a scheme does with one test for all stages.

    ``sizes`` is the pool (Dorfman), the side (array) or the falling sizes of the stages (hierarchical); a final 1 may
    be left out. Raises PoolingError, which names the option.
    """
    try:
        kind = Scheme(scheme)
    except ValueError as error:
        raise PoolingError("没有这种混检方式。", place="scheme") from error
    given = tuple(sizes)
    if kind is Scheme.INDIVIDUAL:
        return individual(p, test)
    if not given:
        raise PoolingError("请写明混检的人数。", place="sizes", hint="例如 --sizes 10。")
    if kind is Scheme.HIERARCHICAL:
        return hierarchical(p, given if given[-1] == 1 else (*given, 1), test)
    if len(given) > 2 or (len(given) == 2 and given[1] != 1):
        raise PoolingError(
            "这种方式只有一个混检人数。", place="sizes", hint="多级混检请用 --scheme hierarchical。"
        )
    return (dorfman if kind is Scheme.DORFMAN else array)(p, given[0], test)


def _judged(p: float, tests: float, pse: float, psp: float) -> Evaluation:
    called, cleared = p * pse + (1 - p) * (1 - psp), (1 - p) * psp + p * (1 - pse)
    return Evaluation(
        tests,
        pse,
        psp,
        p * pse / called if called > 0 else 0.0,
        (1 - p) * psp / cleared if cleared > 0 else 0.0,
    )


def _prevalence(p: float) -> None:
    if not (math.isfinite(p) and 0 <= p <= 1):
        raise PoolingError("感染率要在 0 到 1 之间。", place="prevalence", hint="千分之一写作 0.001。")


def _size(n: int, most: int) -> None:
    if not 1 <= n <= most:
        raise PoolingError(f"混检人数要在 1 到 {most} 之间。", place="sizes")


def _falling(sizes: tuple[int, ...]) -> None:
    if not sizes or sizes[-1] != 1:
        raise PoolingError("最后一个阶段要逐人检测，人数为 1。", place="sizes")
    _size(sizes[0], MOST)
    for before, after in itertools.pairwise(sizes):
        if not 1 <= after < before or before % after:
            raise PoolingError(
                f"每一级的人数要能整除上一级：{before} 之后不能是 {after}。",
                place="sizes",
                hint="例如 12,4,1。",
            )
