"""Lateness: turned once, told step by step, nothing told twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Min
from django.utils import timezone

from pingzhan.domain.command import api as command
from pingzhan.domain.obligations import api
from pingzhan.domain.obligations.models import Lateness, Obligation
from pingzhan.domain.obligations.notices import SUBJECT, render
from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.options import registry
from pingzhan.foundation.options.models import OptionValue
from tests.factories import SmallZone, account


@pytest.fixture
def firm(park: SmallZone) -> int:
    """An enterprise with a contact of its own, and everything of one moment due half an hour ago."""
    user = account(Role.COMPANY, path=park.firms[0].path)
    Person.objects.create(name="contact", sort_key="a", home_unit=park.firms[0], kind="company", account=user)
    command.reconcile_zone(zone=park.zone, cause="x", by=park.root)
    api.today(park.firms[0].pk)
    at = timezone.now() - timedelta(minutes=30)
    Obligation.objects.filter(unit=park.firms[0]).update(
        t0=at - timedelta(hours=2), t1=at + timedelta(hours=9), due_at=at
    )
    Obligation.objects.exclude(unit=park.firms[0]).delete()
    return park.firms[0].pk


def told() -> list[tuple[str, int]]:
    """Whom the notices went to, and the step."""
    names = dict(Person.objects.values_list("id", "name"))
    return sorted((names[one.recipient], one.wave) for one in Notice.objects.filter(subject_kind=SUBJECT))


def test_the_steps_are_told_in_order_and_once(park: SmallZone, firm: int) -> None:
    first = api.sweep(by=park.root)
    assert first.late == Obligation.objects.filter(unit=firm, state="late").count() > 0
    assert told() == [("contact", 1)]
    assert api.sweep(by=park.root).told == 0
    now = timezone.now()
    official = "\u6885\u6620\u96ea"
    api.sweep(by=park.root, now=now + timedelta(minutes=40))
    assert (official, 2) in told()
    assert len(told()) == 2
    api.sweep(by=park.root, now=now + timedelta(hours=5))
    group = {name for name, step in told() if step == 3}
    assert group == {"\u65b9\u53ef\u884c", "\u502a\u6e05\u548c"}
    before = told()
    for hours in (6, 30, 300):
        api.sweep(by=park.root, now=now + timedelta(hours=hours))
    assert told() == before
    assert Lateness.objects.get(unit=firm).next_at is None


def test_after_a_stop_of_the_machine_all_steps_come_at_once_and_what_is_old_is_only_counted(
    park: SmallZone, firm: int
) -> None:
    later = timezone.now() + timedelta(hours=5)
    assert api.sweep(by=park.root, now=later).steps == 1
    assert {step for _name, step in told()} == {1, 2, 3}
    old = timezone.now() - timedelta(days=3)
    Obligation.objects.filter(unit=firm).update(
        state="open", late_at=None, t0=old - timedelta(hours=1), due_at=old
    )
    before = told()
    assert api.sweep(by=park.root).late > 0
    assert told() == before


def test_what_was_done_meanwhile_goes_no_step_further(park: SmallZone, firm: int) -> None:
    api.sweep(by=park.root)
    Obligation.objects.filter(unit=firm).update(
        state="done", done_at=timezone.now(), closed_at=timezone.now()
    )
    assert api.sweep(by=park.root, now=timezone.now() + timedelta(hours=6)).told == 0
    assert Lateness.objects.get(unit=firm).ended_at is not None


@pytest.mark.parametrize("days", [0, 3])
def test_evidence_withdrawn_after_the_due_time_is_told_from_then_on(
    park: SmallZone, firm: int, days: int
) -> None:
    due = Obligation.objects.filter(unit=firm).aggregate(at=Min("due_at"))["at"] - timedelta(days=days)
    Obligation.objects.filter(unit=firm).exclude(duty__key="training").delete()
    Obligation.objects.filter(unit=firm).update(
        due_at=due, t0=due - timedelta(hours=2), t1=due + timedelta(minutes=1)
    )
    at = due - timedelta(hours=1)
    assert api.satisfy(unit_id=firm, evidence="training", at=at, ref=("t", 1), by=park.root) == 1
    assert api.sweep(by=park.root).told == 0
    assert api.unsatisfy(("t", 1)) == 1
    assert api.satisfy(unit_id=firm, evidence="training", at=at, ref=("t", 2), by=park.root) == 1
    now = timezone.now()
    assert api.sweep(by=park.root, now=now + timedelta(minutes=2)).told == 0
    assert api.unsatisfy(("t", 2)) == 1
    row = Obligation.objects.get(unit=firm)
    assert (row.state, row.late_at is None) == ("late", False)
    api.sweep(by=park.root, now=now + timedelta(minutes=2))
    assert told() == [("contact", 1)]
    api.sweep(by=park.root, now=now + timedelta(minutes=25))
    assert told() == [("contact", 1)]
    api.sweep(by=park.root, now=now + timedelta(hours=5))
    assert {step for _name, step in told()} == {1, 2, 3}
    before = told()
    assert api.satisfy(unit_id=firm, evidence="training", at=at, ref=("t", 3), by=park.root) == 1
    api.unsatisfy(("t", 3))
    api.sweep(by=park.root, now=now + timedelta(hours=9))
    assert told() == before


def test_the_ladder_is_copied_when_a_lateness_begins(park: SmallZone, firm: int) -> None:
    api.sweep(by=park.root)
    OptionValue.objects.create(key="obligations.official_minutes", text="600", changed_by="x")
    registry.forget()
    api.sweep(by=park.root, now=timezone.now() + timedelta(minutes=40))
    assert 2 in {step for _name, step in told()}


def test_a_reminder_before_the_time_only_when_wanted_and_once(park: SmallZone, firm: int) -> None:
    Obligation.objects.filter(unit=firm).update(due_at=timezone.now() + timedelta(minutes=20))
    assert api.sweep(by=park.root).told == 0
    OptionValue.objects.create(key="obligations.remind_minutes", text="30", changed_by="x")
    registry.forget()
    api.sweep(by=park.root)
    api.sweep(by=park.root)
    assert told() == [("contact", 0)]
    due = Obligation.objects.filter(unit=firm).aggregate(at=Min("due_at"))["at"]
    api.sweep(by=park.root, now=due + timedelta(minutes=1))
    assert told() == [("contact", 0), ("contact", 1)]


def test_the_words_name_what_is_late_when_they_are_sent(park: SmallZone, firm: int) -> None:
    api.sweep(by=park.root)
    [notice] = Notice.objects.filter(subject_kind=SUBJECT)
    words = render([notice])[notice.pk]
    assert "temperature" in words.body
    Obligation.objects.filter(unit=firm).update(
        state="done", done_at=timezone.now(), closed_at=timezone.now()
    )
    assert "temperature" not in render([notice])[notice.pk].body


def test_without_anybody_to_tell_it_is_late_all_the_same(park: SmallZone, firm: int) -> None:
    Person.objects.filter(home_unit=firm).update(active=False)
    swept = api.sweep(by=park.root)
    assert swept.late > 0
    assert swept.told == 0
