"""Periods: nothing goes early, nothing stays late, nothing outlives its response."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.accounts.models import SignIn
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.options import registry
from pingzhan.foundation.privacy import defaults, nightly, retention
from pingzhan.foundation.privacy.models import Erasure, RetentionMark
from pingzhan.foundation.privacy.retention import RetentionRule
from pingzhan.foundation.runs.actions import start
from pingzhan.foundation.runs.testing import drain

from .conftest import Shelf

pytestmark = pytest.mark.django_db
NOW = timezone.now()


class Rows:
    """Rows of one table by their age in days."""

    def __init__(self, *ages: float) -> None:
        self.at = {n: NOW - timedelta(days=age) for n, age in enumerate(ages)}

    def due(self, now: datetime, days: int, limit: int) -> Sequence[int]:
        return [n for n, at in self.at.items() if at < now - timedelta(days=days)][:limit]

    def destroy(self, ids: Sequence[int]) -> int:
        for one in ids:
            del self.at[one]
        return len(ids)

    def rule(self, *, response: bool = False) -> RetentionRule:
        return RetentionRule("rows", "r", "p", "b", 30, self.due, self.destroy, response=response)


@pytest.fixture(autouse=True)
def only_own(shelf: Shelf) -> None:
    """No other rules than those of the test."""


def test_the_clock_decides() -> None:
    rows = Rows(29, 30.5, 31, 10)
    retention.register_rule(rows.rule())
    with patch.object(retention, "BATCH", 1):
        assert nightly.apply_rules(NOW) == {"removed": {"rows": 2}, "proposed": {}}
    assert sorted(rows.at) == [0, 3]
    assert nightly.apply_rules(NOW + timedelta(days=2))["removed"] == {"rows": 1}
    mark = RetentionMark.objects.get()
    assert (mark.rule, mark.last_count, mark.total) == ("rows", 1, 3)
    lines = AuditRecord.objects.filter(verb="privacy.retention_ran")
    assert [line.body for line in lines.order_by("id")] == [{"counts": ["rows 2"]}, {"counts": ["rows 1"]}]


def test_the_setting_decides() -> None:
    rows = Rows(5, 12)
    retention.register_rule(rows.rule())
    registry._cache["retention.rows"] = "10"
    nightly.apply_rules(NOW)
    assert list(rows.at) == [0]


@pytest.mark.parametrize(
    ("response", "ended_days_ago", "left"), [(True, 3, [0]), (True, None, [0, 1, 2]), (False, 3, [0, 1, 2])]
)
def test_never_beyond_the_response(response: bool, ended_days_ago: int | None, left: list[int]) -> None:
    rows = Rows(1, 4, 20)
    retention.register_rule(rows.rule(response=response))
    retention.register_response_end(
        lambda now: None if ended_days_ago is None else now - timedelta(days=ended_days_ago)
    )
    nightly.apply_rules(NOW)
    assert list(rows.at) == left


def test_persons_are_proposed_not_destroyed(persons: list[int]) -> None:
    retention.register_rule(
        RetentionRule("gone", "g", "p", "b", 60, lambda _now, _days, _limit: persons[:2], subjects=True)
    )
    assert nightly.apply_rules(NOW) == {"removed": {}, "proposed": {"gone": 2}}
    assert nightly.apply_rules(NOW) == {"removed": {}, "proposed": {}}
    row = Erasure.objects.get()
    assert (row.scope, row.rule, row.proposed_by_id, row.subjects.count()) == ("term", "gone", None, 2)


def test_a_rule_either_removes_rows_or_names_persons() -> None:
    for wrong in ({"subjects": True, "destroy": lambda _ids: 0}, {}):
        with pytest.raises(ValueError, match="gone"):
            RetentionRule("gone", "g", "p", "b", 60, lambda _now, _days, _limit: [], **wrong)  # type: ignore[arg-type]


def test_sign_ins_go_after_half_a_year_at_the_earliest() -> None:
    defaults.register()
    for days in (179, 181):
        row = SignIn.objects.create(ok=False)
        SignIn.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
    start(nightly.WORK, title="x", params={}, by=system_actor(""))
    assert drain() == ["done"]
    assert SignIn.objects.count() == 1
    assert registry.option("retention.sign_ins").minimum == 180
