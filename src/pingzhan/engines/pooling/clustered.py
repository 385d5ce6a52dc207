"""Positives that live and work together: a pool of one workshop or dormitory is positive less often than by chance."""

from __future__ import annotations

from pingzhan.engines.pooling.schemes import Assay, Evaluation, PoolingError, dorfman


def clustered(p: float, n: int, correlation: float, test: Assay) -> Evaluation:
    """Return what a Dorfman pool of ``n`` people does whose results are correlated (0 independent, below 1).

    People of one pool share a beta-distributed risk of mean ``p`` with that intra-class correlation; ``psp`` and
    ``pse`` are then those of a person in such a pool. Raises PoolingError.
    """
    if not 0 <= correlation < 1:
        raise PoolingError("相关系数要不小于 0、小于 1。", place="correlation")
    if correlation == 0 or n == 1 or p in (0, 1):
        return dorfman(p, n, test)
    plain = dorfman(p, n, test)
    clear = _free(p, n, correlation)
    tests = 1 / n + test.se * (1 - clear) + (1 - test.sp) * clear
    others = clear / (1 - p)
    psp = 1 - (1 - test.sp) * (test.se * (1 - others) + (1 - test.sp) * others)
    called, cleared = p * plain.pse + (1 - p) * (1 - psp), (1 - p) * psp + p * (1 - plain.pse)
    return Evaluation(tests, plain.pse, psp, p * plain.pse / called, (1 - p) * psp / cleared)


def _free(p: float, n: int, correlation: float) -> float:
    """Return the chance that nobody of the pool is positive (beta-binomial)."""
    a, b = p * (1 - correlation) / correlation, (1 - p) * (1 - correlation) / correlation
    clear = 1.0
    for i in range(n):
        clear *= (b + i) / (a + b + i)
    return clear
