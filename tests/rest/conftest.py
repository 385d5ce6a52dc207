"""The park and the device of the health tests serve here too."""

from tests.domain.health.conftest import crew, gate, mill, park

__all__ = ["crew", "gate", "mill", "park"]
