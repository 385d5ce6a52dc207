"""Deciding anew: what is milder, by its outcome or by its day, waits for a person; other tests are a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pingzhan.domain.returnees import api
from pingzhan.domain.returnees.actions.regions import decide_again
from pingzhan.domain.returnees.enums import DecidedBy, Outcome
from pingzhan.domain.returnees.judging import engine
from pingzhan.domain.returnees.models import Application, Decision
from tests.domain.people.crowd import Firm, Park
from tests.domain.returnees.test_workflow import LONG, NORMAL, Applied, force_version, last


def ruled_as(monkeypatch: pytest.MonkeyPatch, **says: Any) -> None:
    """Let the rules change what they say of everybody."""
    plain = engine.decide

    def decide(*args: Any, **kwargs: Any) -> Any:
        return replace(plain(*args, **kwargs), **says)

    monkeypatch.setattr(engine, "decide", decide)


def held_until(applied: Applied, today: date, monkeypatch: pytest.MonkeyPatch) -> Application:
    force_version(monkeypatch, "plan8+notice2022")
    row = applied(met=(api.Met(api.Contact.CLOSE, today - timedelta(days=1)),))
    assert row.outcome == Outcome.ISOLATE
    assert row.earliest == today + timedelta(days=21)
    return row


def test_an_earlier_day_waits_for_a_person_and_a_later_one_holds_at_once(
    applied: Applied, mill: Firm, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = held_until(applied, today, monkeypatch)
    until = last(row).earliest
    sooner, later = today + timedelta(days=5), today + timedelta(days=30)
    for n in (2, 2):
        with monkeypatch.context() as rules:
            ruled_as(rules, earliest=sooner)
            decide_again(park.zone, park.root)
        row.refresh_from_db()
        made = last(row)
        assert (row.earliest, made.earliest, made.by_rule) == (until, until, DecidedBy.KEPT)
        assert (made.outcome, made.ruled) == (Outcome.ISOLATE, Outcome.ISOLATE)
        # The same proposal again adds nothing.
        assert Decision.objects.filter(application=row).count() == n
    with monkeypatch.context() as rules:
        ruled_as(rules, earliest=later)
        decide_again(park.zone, park.root)
        row.refresh_from_db()
        assert (row.earliest, last(row).by_rule) == (later, DecidedBy.LIST)
    # A person decides on the day: then what the rules say holds.
    with monkeypatch.context() as rules:
        ruled_as(rules, earliest=sooner)
        row = api.recheck(application=row, temperature=NORMAL, seen=api.Seen(), by=mill.contact)
    assert (row.earliest, last(row).by_rule) == (sooner, DecidedBy.RECHECK)


def test_a_day_that_nobody_knew_is_not_an_earlier_one(
    applied: Applied, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = held_until(applied, today, monkeypatch)
    with monkeypatch.context() as rules:
        ruled_as(rules, earliest=None)
        decide_again(park.zone, park.root)
    assert (last(row).earliest, last(row).by_rule) == (None, DecidedBy.LIST)
    decide_again(park.zone, park.root)
    assert last(row).earliest == today + timedelta(days=21)
    assert last(row).by_rule == DecidedBy.LIST


def test_a_person_s_decision_keeps_its_day_when_the_rules_name_an_earlier_one(
    applied: Applied, mill: Firm, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = held_until(applied, today, monkeypatch)
    row = api.override(application=row, outcome=Outcome.ISOLATE, reason=LONG, by=mill.contact)
    ruled_as(monkeypatch, earliest=today + timedelta(days=5))
    decide_again(park.zone, park.root)
    row.refresh_from_db()
    made = last(row)
    assert (made.by_rule, made.reason, made.earliest) == (
        DecidedBy.OVERRIDE,
        LONG,
        today + timedelta(days=21),
    )
    assert (row.overridden, row.earliest) == (True, made.earliest)
    assert Decision.objects.filter(application=row).count() == 2


def test_other_days_of_testing_are_a_change_and_days_that_are_over_are_none(
    applied: Applied, park: Park, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = held_until(applied, today, monkeypatch)
    days = tuple(today + timedelta(days=n) for n in (1, 4))
    ruled_as(monkeypatch, tests=days)
    decide_again(park.zone, park.root)
    assert (last(row).tests, last(row).by_rule) == (list(days), DecidedBy.LIST)
    decide_again(park.zone, park.root)
    assert Decision.objects.filter(application=row).count() == 2
    over = today - timedelta(days=1)
    ruled_as(monkeypatch, tests=(over, *days))
    decide_again(park.zone, park.root)
    ruled_as(monkeypatch, tests=days)
    assert last(row).tests == [over, *days]
    decide_again(park.zone, park.root)
    assert Decision.objects.filter(application=row).count() == 3
