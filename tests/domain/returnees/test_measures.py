"""The measures in force say by which rules a return is decided, and a return keeps what they demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.command.actions import followers
from pingzhan.domain.obligations.api import Evidence
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.returnees import api, duties, parameters
from pingzhan.domain.returnees.actions.standing import catch_up, follow_switch
from pingzhan.domain.returnees.enums import DecidedBy, Outcome
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.foundation.messages.models import Notice
from tests.domain.people.crowd import Firm, Park
from tests.domain.returnees.conftest import CITY, stay

Applied = Callable[..., Application]


@dataclass
class Held:
    """What measures in force are made of, as far as returns look at them."""

    parameters: dict[str, Any] = field(default_factory=dict)
    measures: list[Any] = field(default_factory=list)


@dataclass
class Named:
    key: str
    value: Any = None


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what puts parameters and measures in force everywhere."""

    def put(*measures: str, **values: Any) -> None:
        held = Held(
            {key: Named(key, value) for key, value in values.items()}, [Named(key) for key in measures]
        )
        monkeypatch.setattr(parameters, "in_force_many", lambda ids: dict.fromkeys(ids, held))

    return put


def test_without_measures_the_settings_hold(mill: Firm) -> None:
    made = parameters.overrides_for([mill.unit.pk])[mill.unit.pk]
    assert (made.version, made.history_days, made.fever_line) == ("", 14, Decimal("37.3"))
    assert made.hours == {"influenza": 48, "norovirus": 72}


def test_numbers_of_the_set_in_force_replace_the_settings(hold: Callable[..., None], mill: Firm) -> None:
    hold(returnee_history_days=21, fever_line=37.5, returnee_hours_norovirus=48, returnee_rules="plan9")
    made = parameters.overrides_for([mill.unit.pk])[mill.unit.pk]
    assert (made.version, made.history_days, made.fever_line) == ("plan9", 21, Decimal("37.5"))
    assert made.hours == {"influenza": 48, "norovirus": 48}


def test_the_measure_of_the_notice_puts_its_sentence_on_top(
    hold: Callable[..., None], applied: Applied
) -> None:
    hold("returnees.hold")
    today = timezone.localdate()
    row = applied(met=(api.Met(api.Contact.CLOSE, today - timedelta(days=1)),))
    assert (row.outcome, row.earliest) == (Outcome.HOLD, today + timedelta(days=14))
    assert Decision.objects.get(application=row).version == "class_b+notice2022"


def test_an_unknown_version_in_a_set_does_not_stop_the_ledger(
    hold: Callable[..., None], applied: Applied, caplog: pytest.LogCaptureFixture
) -> None:
    hold(returnee_rules="plan99")
    assert applied().outcome == Outcome.ADMIT
    assert "plan99" in caplog.text


def test_other_measures_decide_open_returns_anew(
    hold: Callable[..., None], applied: Applied, park: Park, today: date
) -> None:
    row = applied(met=(api.Met(api.Contact.PERSON, today - timedelta(days=1)),))
    assert row.outcome == Outcome.ADMIT
    hold("returnees.hold")
    catch_up(park.zone, DecidedBy.MEASURES)
    row.refresh_from_db()
    assert row.outcome == Outcome.HOLD
    assert Decision.objects.filter(application=row).latest("pk").by_rule == DecidedBy.MEASURES


def test_a_switch_makes_stricter_at_once_and_only_proposes_what_is_milder(
    hold: Callable[..., None],
    applied: Applied,
    mill: Firm,
    park: Park,
    today: date,
    django_capture_on_commit_callbacks: Any,
) -> None:
    Person.objects.create(name="程一", sort_key="1", home_unit=mill.unit, kind="company")
    assert follow_switch in followers._followers.values()
    order: Any = object()

    def switch(world: int = 0) -> None:
        result: Any = SimpleNamespace(state=SimpleNamespace(world_no=world, zone=park.zone))
        with django_capture_on_commit_callbacks(execute=True):
            follow_switch(result, order, timezone.now())
        row.refresh_from_db()

    def titles() -> list[str]:
        rows = Notice.objects.filter(kind="returnees_changed").order_by("pk")
        return list(dict.fromkeys(rows.values_list("title", flat=True)))

    row = applied(met=(api.Met(api.Contact.PERSON, today - timedelta(days=1)),))
    hold("returnees.hold")
    switch(world=7)
    assert row.outcome == Outcome.ADMIT
    switch()
    made = Decision.objects.filter(application=row).latest("pk")
    assert (row.outcome, made.by_rule, made.by_name) == (
        Outcome.HOLD,
        DecidedBy.SWITCH,
        "平战转换",
    )
    until = row.earliest
    hold()
    switch()
    made = Decision.objects.filter(application=row).latest("pk")
    assert (row.outcome, row.earliest, made.by_rule, made.ruled) == (
        Outcome.HOLD,
        until,
        DecidedBy.KEPT,
        Outcome.ADMIT,
    )
    assert titles() == [
        "平战转换\uff0c1 名返岗职工重新判定",
        "规则放宽\uff0c1 名返岗职工的原判定保留\uff0c请复核",
    ]
    hold("returnees.hold")
    switch()
    made = Decision.objects.filter(application=row).latest("pk")
    assert (row.outcome, made.by_rule, made.outcome) == (Outcome.HOLD, DecidedBy.SWITCH, made.ruled)
    hold()
    switch()
    row = api.override(
        application=row,
        outcome=Outcome.ADMIT,
        reason="已核实没有接触",
        by=mill.contact,
    )
    assert row.outcome == Outcome.ADMIT


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the obligations hear, in order."""
    heard: list[tuple[str, int]] = []

    def keep(evidence: list[Evidence], *, by: Any) -> int:
        heard.extend(("kept", one.subject_id) for one in evidence)
        return 0

    monkeypatch.setattr(
        duties, "raise_events", lambda events: heard.extend(("begun", one.subject_id) for one in events)
    )
    monkeypatch.setattr(duties, "satisfy_many", keep)
    return heard


def test_an_entry_is_a_duty_that_is_kept_at_once(told: list[tuple[str, int]], applied: Applied) -> None:
    row = applied()
    assert told == [("begun", row.pk), ("kept", row.pk)]


def test_an_invitation_is_a_duty_until_the_worker_has_answered(
    told: list[tuple[str, int]], mill: Firm, worker: Any, today: date
) -> None:
    row = api.invite(employment=worker, return_on=today, by=mill.contact)
    assert told == [("begun", row.pk)]
    api.submit(
        application_id=row.pk,
        journey=api.Journey(today, *CITY),
        declared=api.Declared(api.Facts(stays=(stay(today),))),
        by=api.worker_actor(),
    )
    assert told == [("begun", row.pk), ("kept", row.pk)]


def test_a_withdrawal_ends_the_duty(
    told: list[tuple[str, int]], mill: Firm, worker: Any, today: date
) -> None:
    row = api.invite(employment=worker, return_on=today, by=mill.contact)
    api.withdraw(application=row, by=mill.contact)
    assert told == [("begun", row.pk), ("kept", row.pk)]
