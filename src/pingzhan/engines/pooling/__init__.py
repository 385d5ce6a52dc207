"""Pooled testing: expected tests, accuracy, people held, delays, and the size of pool that needs the fewest tests.

Serves annex 3 of the notice and the testing group's duties. The decree says which pool is allowed at which risk; what
is computed here advises. Closed formulas, standard library only. Probabilities are fractions of 1, tests are per
person, times are minutes unless a name says days.
"""

from pingzhan.engines.pooling.clustered import clustered
from pingzhan.engines.pooling.delays import Steps, days_to_result, last_result
from pingzhan.engines.pooling.dilution import Curve
from pingzhan.engines.pooling.optimal import (
    Best,
    best_array,
    best_dorfman,
    best_three_stage,
    hypercube,
    table,
)
from pingzhan.engines.pooling.outcomes import Outcome, outcome
from pingzhan.engines.pooling.schemes import (
    Assay,
    Evaluation,
    PoolingError,
    Scheme,
    array,
    dorfman,
    evaluate,
    hierarchical,
    individual,
)

__all__ = [
    "Assay",
    "Best",
    "Curve",
    "Evaluation",
    "Outcome",
    "PoolingError",
    "Row",
    "Scheme",
    "Steps",
    "array",
    "best_array",
    "best_dorfman",
    "best_three_stage",
    "clustered",
    "days_to_result",
    "dorfman",
    "evaluate",
    "hierarchical",
    "hypercube",
    "individual",
    "last_result",
    "outcome",
    "table",
]
