"""How mixing thins a sample: the sensitivity of a pool against that of a single test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from pingzhan.engines.pooling.schemes import PoolingError


@dataclass(frozen=True, slots=True)
class Curve:
    """Ct values of the positives of a laboratory: mean, deviation, the last Ct called positive.

    The defaults are an assumption to be replaced by the laboratory's own data; with them a single test finds 97.7 %.
    """

    mean: float = 30.0
    deviation: float = 5.0
    cut_off: float = 40.0

    def __post_init__(self) -> None:
        if not self.deviation > 0:
            raise PoolingError("Ct 的标准差要大于 0。", place="deviation")

    def sensitivity(self, shift: float = 0.0) -> float:
        """Return the share of positives found when mixing raises the Ct by ``shift``."""
        return NormalDist().cdf((self.cut_off - self.mean - shift) / self.deviation)

    def lab_mix(self, n: int) -> float:
        """Return the sensitivity where the laboratory mixes equal parts of ``n`` samples: log2(n) cycles later."""
        if n < 1:
            raise PoolingError("混检人数至少为 1。", place="sizes")
        return self.sensitivity(math.log2(n))

    def swab_pool(self, shift: float = 1.0) -> float:
        """Return the sensitivity where ``n`` swabs share one tube: the liquid is not divided, about a cycle is lost.

        Measured losses of pools of 14 to 16 swabs were 0.1 to 2.1 cycles, doi 10.1371/journal.pone.0246544.
        """
        return self.sensitivity(shift)
