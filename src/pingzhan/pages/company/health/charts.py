"""Charts of these pages, each with the rows of its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.health import api as health


def trend_chart(unit_ids: Sequence[int], last: date) -> dict[str, Any]:
    """Return how many were entered and had fever in each slot of the last seven days, as ``c-chart`` takes it."""
    points = health.trend(unit_ids, last)
    return {
        "trend": {
            "categories": [f"{day:%m-%d} {health.label_of(slot)}" for day, slot, _done, _fevers in points],
            "series": [
                {"name": _("已登记人数"), "data": [done for _day, _slot, done, _fevers in points]},
                {"name": _("发热人数"), "data": [fevers for _day, _slot, _done, fevers in points]},
            ],
        },
        "trend_columns": [_("日期"), _("时段"), _("已登记人数"), _("发热人数")],
        "trend_rows": [
            [f"{day:%Y-%m-%d}", health.label_of(slot), done, fevers] for day, slot, done, fevers in points
        ],
    }


def fever_chart(employment_id: int) -> dict[str, Any]:
    """Return a worker's temperatures of the last fourteen days, as ``c-chart`` takes it."""
    points = health.curve(employment_id)
    labels = [(f"{one['day']:%m-%d}", health.label_of(one["slot"])) for one in points]
    return {
        "curve": {
            "categories": [" ".join(pair) for pair in labels],
            "series": [{"name": _("体温（℃）"), "data": [one["tenths"] / 10 for one in points]}],
        },
        "curve_columns": [_("日期"), _("时段"), _("体温（℃）")],
        "curve_rows": [
            [*pair, f"{one['tenths'] / 10:.1f}"] for pair, one in zip(labels, points, strict=True)
        ],
    }
