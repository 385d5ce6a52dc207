"""Choices of the sanitation module: cleaning and airing, and the canteen."""

from __future__ import annotations

from pingzhan.domain.sanitation.enums.canteen import (
    MEASURE_TASKS,
    OFTEN,
    PLAN_MOVES,
    KitchenResult,
    KitchenTask,
    MealKind,
    MealMode,
    PlanState,
)
from pingzhan.domain.sanitation.enums.cleaning import (
    CLOSED_KINDS,
    KEY_KINDS,
    MG_L,
    PERCENT,
    SOURCE,
    STRENGTHS,
    Agent,
    AreaKind,
    Entered,
    Kind,
    Strength,
)

__all__ = [
    "CLOSED_KINDS",
    "KEY_KINDS",
    "MEASURE_TASKS",
    "MG_L",
    "OFTEN",
    "PERCENT",
    "PLAN_MOVES",
    "SOURCE",
    "STRENGTHS",
    "Agent",
    "AreaKind",
    "Entered",
    "Kind",
    "KitchenResult",
    "KitchenTask",
    "MealKind",
    "MealMode",
    "PlanState",
    "Strength",
]
