"""Tables of the measures module."""

from pingzhan.domain.measures.models.force import Force, Restriction, Slot
from pingzhan.domain.measures.models.sets import Measure, MeasureSet, Parameter, SetVersion

__all__ = ["Force", "Measure", "MeasureSet", "Parameter", "Restriction", "SetVersion", "Slot"]
