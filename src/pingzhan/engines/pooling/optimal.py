"""The size of pool that needs the fewest tests, by prevalence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pingzhan.engines.pooling.schemes import Assay, Evaluation, PoolingError, array, dorfman, hierarchical

PERFECT = Assay()
PREVALENCES = (0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
"""Rows of the table."""
FIXED = (5, 10, 20)
"""Pools that decrees name."""


@dataclass(frozen=True, slots=True)
class Best:
    """The sizes with the fewest tests per person, and what they do."""

    sizes: tuple[int, ...]
    evaluation: Evaluation

    @property
    def tests(self) -> float:
        """Return the tests per person."""
        return self.evaluation.tests_per_person


def best_dorfman(p: float, test: Assay = PERFECT, *, most: int = 200) -> Best:
    """Return the best pool of 2 to ``most`` people; testing singly may still need fewer. Ties go to the smaller."""
    return _least((((n,), dorfman(p, n, test)) for n in range(2, most + 1)), most)


def best_three_stage(p: float, test: Assay = PERFECT, *, most: int = 200) -> Best:
    """Return the best pool within a pool, the first of at most ``most`` people."""
    pairs = ((m, n) for m in range(4, most + 1) for n in range(2, m // 2 + 1) if m % n == 0)
    return _least((((m, n, 1), hierarchical(p, (m, n, 1), test)) for m, n in pairs), most)


def best_array(p: float, test: Assay = PERFECT, *, most: int = 60) -> Best:
    """Return the best square array of at most ``most`` rows."""
    return _least((((n,), array(p, n, test)) for n in range(2, most + 1)), most)


def hypercube(p: float) -> float | None:
    """Return the tests per person of a hypercube design (approximation), None where it does not hold.

    Mutesa et al. 2021, doi 10.1038/s41586-020-2885-5. It needs single samples and a robot: swab pools cannot do it.
    """
    return math.e * p * math.log(0.734 / p) if 0 < p < 0.734 / math.e else None


@dataclass(frozen=True, slots=True)
class Row:
    """One prevalence: the best of each scheme, and the tests per person of the pools that decrees name."""

    prevalence: float
    dorfman: Best
    fixed: dict[int, float]
    three_stage: Best
    array: Best
    hypercube: float | None

    @property
    def single_is_better(self) -> bool:
        """Return whether no scheme needs fewer tests than one for each person."""
        return min(self.dorfman.tests, self.three_stage.tests, self.array.tests) >= 1

    def as_dict(self) -> dict[str, object]:
        """Return the shape that the command line prints."""
        return {
            "prevalence": self.prevalence,
            "dorfman": {"size": self.dorfman.sizes[0], "tests_per_person": self.dorfman.tests},
            "fixed": {str(n): tests for n, tests in self.fixed.items()},
            "three_stage": {
                "sizes": list(self.three_stage.sizes),
                "tests_per_person": self.three_stage.tests,
            },
            "array": {"size": self.array.sizes[0], "tests_per_person": self.array.tests},
            "hypercube": {"tests_per_person": self.hypercube},
            "single_is_better": self.single_is_better,
        }


def table(test: Assay = PERFECT, prevalences: Iterable[float] = PREVALENCES) -> Iterator[Row]:
    """Yield a row for each prevalence."""
    for p in prevalences:
        yield Row(
            p,
            best_dorfman(p, test),
            {n: dorfman(p, n, test).tests_per_person for n in FIXED},
            best_three_stage(p, test),
            best_array(p, test),
            hypercube(p),
        )


def _least(found: Iterable[tuple[tuple[int, ...], Evaluation]], most: int) -> Best:
    best: Best | None = None
    for sizes, evaluation in found:
        if best is None or evaluation.tests_per_person < best.tests - 1e-12:
            best = Best(sizes, evaluation)
    if best is None:
        raise PoolingError(f"最多 {most} 人放不下任何混检方式。", place="sizes")
    return best
