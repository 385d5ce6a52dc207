"""Pooling against numbers that were not computed here.

The values are those of the R package binGroup2 1.3.1 (functions opChar1 and operatingCharacteristics1), sensitivity
0.95 and specificity 0.99 at every stage, and the optima of perfect tests as published for Dorfman's and Kim's schemes.
"""

from __future__ import annotations

import pytest

from pingzhan.engines import pooling
from pingzhan.engines.pooling import Assay

TEST = Assay(0.95, 0.99)

DORFMAN = {
    0.0001: ((0.21046991, 0.99989624), (0.11093958, 0.99989154), (0.061878215, 0.99988216)),
    0.0005: ((0.21234765, 0.99988121), (0.11468944, 0.99985778), (0.069355484, 0.9998111)),
    0.001: ((0.21469061, 0.99986246), (0.11935781, 0.99981574), (0.078622467, 0.999723)),
    0.005: ((0.23326617, 0.99971341), (0.15595648, 0.99948536), (0.14966615, 0.99904607)),
    0.01: ((0.25606935, 0.9995296), (0.19988085, 0.99908706), (0.23116748, 0.99826599)),
    0.02: ((0.30031445, 0.99917026), (0.28195156, 0.99833723), (0.37244851, 0.99690359)),
    0.05: ((0.42264592, 0.99815636), (0.48718728, 0.99642434), (0.66302323, 0.99404712)),
    0.1: ((0.5949394, 0.99666734), (0.72224227, 0.99414175), (0.88571794, 0.9917698)),
}
HIERARCHICAL = {
    0.001: (0.092416702, 0.857375, 0.99997121),
    0.01: (0.14888863, 0.857375, 0.99972393),
    0.05: (0.36391525, 0.857375, 0.99868483),
}
ARRAYS = {
    (5, 0.001): (0.42010791, 0.94243741, 0.99980865),
    (5, 0.01): (0.42993049, 0.92902358, 0.99979645),
    (5, 0.05): (0.49161879, 0.89033011, 0.99952885),
    (10, 0.001): (0.21847872, 0.93306567, 0.99982486),
    (10, 0.01): (0.22789601, 0.89238138, 0.99981311),
    (10, 0.05): (0.36729731, 0.85847501, 0.99871459),
}
CASES = [
    *(
        ("dorfman", (n,), p, (tests, 0.9025, psp))
        for p, row in DORFMAN.items()
        for n, (tests, psp) in zip((5, 10, 20), row, strict=True)
    ),
    *(("hierarchical", (12, 4, 1), p, values) for p, values in HIERARCHICAL.items()),
    *(("array", (n,), p, values) for (n, p), values in ARRAYS.items()),
]


@pytest.mark.parametrize(("scheme", "sizes", "p", "values"), CASES)
def test_the_values_of_bingroup2(
    scheme: str, sizes: tuple[int, ...], p: float, values: tuple[float, float, float]
) -> None:
    found = pooling.evaluate(scheme, p, sizes, TEST)
    assert (found.tests_per_person, found.pse, found.psp) == pytest.approx(values, abs=1e-6)


def test_the_predictive_values_of_bingroup2() -> None:
    pool = pooling.dorfman(0.01, 10, TEST)
    assert (pool.ppv, pool.npv) == pytest.approx((0.9089711, 0.99901522), abs=1e-6)
    square = pooling.array(0.01, 10, TEST)
    assert (square.ppv, square.npv) == pytest.approx((0.97968729, 0.99891392), abs=1e-6)


def test_the_vignette_of_bingroup2() -> None:
    test = Assay(0.99, 0.99)
    pool = pooling.dorfman(0.01, 10, test)
    rounded = [round(value, 4) for value in (pool.tests_per_person, pool.pse, pool.psp, pool.ppv)]
    assert rounded == [0.2037, 0.9801, 0.9991, 0.9127]
    best = pooling.best_dorfman(0.01, test)
    assert (best.sizes, round(best.tests, 4)) == ((11,), 0.2035)
    best = pooling.best_dorfman(0.05, test)
    assert best.sizes == (5,)
    assert best.tests == pytest.approx(0.43169468, abs=1e-6)


OPTIMA = {
    0.0001: (101, 0.0200, 0.2005, 0.1010, 0.0520, (196, 14), 0.0079, 60, 0.0335, 0.0024),
    0.0005: (45, 0.0445, 0.2025, 0.1050, 0.0600, (169, 13), 0.0186, 60, 0.0347, 0.0099),
    0.001: (32, 0.0628, 0.2050, 0.1100, 0.0698, (110, 10), 0.0295, 60, 0.0376, 0.0179),
    0.002: (23, 0.0885, 0.2100, 0.1198, 0.0892, (64, 8), 0.0465, 60, 0.0477, 0.0321),
    0.005: (15, 0.1391, 0.2248, 0.1489, 0.1454, (36, 6), 0.0849, 38, 0.0861, 0.0678),
    0.01: (11, 0.1956, 0.2490, 0.1956, 0.2321, (25, 5), 0.1334, 25, 0.1355, 0.1168),
    0.02: (8, 0.2742, 0.2961, 0.2829, 0.3824, (16, 4), 0.2092, 16, 0.2120, 0.1959),
    0.05: (5, 0.4262, 0.4262, 0.5013, 0.6915, (9, 3), 0.3770, 9, 0.3798, 0.3651),
    0.1: (4, 0.5939, 0.6095, 0.7513, 0.9284, (9, 3), 0.5863, 7, 0.5833, 0.5418),
}


def test_the_table_of_optimal_sizes() -> None:
    rows = {row.prevalence: row.as_dict() for row in pooling.table()}
    for p, (n, least, five, ten, twenty, stages, three, side, square, cube) in OPTIMA.items():
        row = rows[p]
        assert row["dorfman"] == {"size": n, "tests_per_person": pytest.approx(least, abs=5.1e-5)}
        assert row["fixed"] == pytest.approx({"5": five, "10": ten, "20": twenty}, abs=5.1e-5)
        assert row["three_stage"] == {
            "sizes": [*stages, 1],
            "tests_per_person": pytest.approx(three, abs=5.1e-5),
        }
        assert row["array"] == {"size": side, "tests_per_person": pytest.approx(square, abs=5.1e-5)}
        assert row["hypercube"] == {"tests_per_person": pytest.approx(cube, abs=5.1e-5)}
    for p, least in ((0.2, 0.8213), (0.3, 0.9903)):
        assert rows[p]["dorfman"] == {"size": 3, "tests_per_person": pytest.approx(least, abs=5.1e-5)}
    (above,) = pooling.table(prevalences=[0.35])
    assert above.single_is_better


def test_pools_that_live_together_need_fewer_tests() -> None:
    found = [round(pooling.clustered(0.01, 10, r, Assay()).tests_per_person, 4) for r in (0, 0.05, 0.2, 0.5)]
    assert found == [0.1956, 0.1791, 0.1526, 0.1289]


def test_what_mixing_costs() -> None:
    curve = pooling.Curve()
    mixed = [round(curve.lab_mix(n), 3) for n in (1, 5, 10, 20)]
    assert mixed == [0.977, 0.938, 0.909, 0.872]
    assert round(curve.swab_pool(), 3) == 0.964


def test_days_until_a_positive_result() -> None:
    found = [round(pooling.days_to_result(3.5, se), 2) for se in (0.95, 0.9, 0.8)]
    assert found == [1.93, 2.14, 2.62]
    daily = [round(pooling.days_to_result(1, se), 2) for se in (0.95, 0.9, 0.8)]
    assert daily == [0.55, 0.61, 0.75]
