"""Batches of gate devices, and what the gate keeps of persons for how long."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.gate import api, protection
from pingzhan.domain.gate.enums import PassageKind
from pingzhan.domain.gate.models import Passage, VehicleEntry, Visit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.privacy import holders, retention
from pingzhan.foundation.privacy.reveal import find
from pingzhan.kernel.errors import NotFound, Refused
from tests.domain.gate.stock import visitor
from tests.domain.people.crowd import Firm, Park, acting, hire
from tests.factories import account


@pytest.fixture
def device(mill: Firm) -> Device:
    return Device.objects.create(
        name="\u4e1c\u95e8", kind="gate", unit_path=mill.unit.path, issued_by=account(Role.SECURITY_ADMIN),
        expires_at=Now() + timedelta(days=9),
    )  # fmt: skip


def passage(kind: str = "worker", ref: str = "A1", **more: Any) -> api.PassageIn:
    words: dict[str, Any] = {
        "uuid": uuid.uuid4(), "kind": kind, "direction": "in", "at": clock.now(), "ref": ref, **more,
    }  # fmt: skip
    return api.PassageIn(**words)


def outcomes(answers: list[api.PassageAnswer]) -> list[tuple[str, str]]:
    return [(one.status, one.code) for one in answers]


def test_odd_references_find_nobody_and_break_nothing(mill: Firm, device: Device) -> None:
    hire(mill, no="A1")
    batch = [
        passage(ref="A1\x00"),
        passage(ref="\uff21\uff11"),
        passage(kind="visitor", ref="\x00"),
        passage(kind="vehicle", ref="\x00"),
        passage(ref="\U0001f600" * 10),
    ]
    assert outcomes(api.record_passages(batch, device)) == [
        ("stored", ""),
        ("stored", ""),
        *[("stored", "unknown")] * 3,
    ]


def test_a_batch_is_stored_once_and_every_row_answered(mill: Firm, device: Device) -> None:
    job = hire(mill, no="A1")
    now = clock.now()
    twice = passage()
    batch = [
        twice,
        passage(ref="A999"),
        passage(outcome="refused", reason="not_permitted"),
        twice,
        passage(outcome="refused"),
        passage(kind="cat"),
        passage(at=now + timedelta(hours=1)),
        passage(at=now - timedelta(days=31)),
        passage(enterprise="P2"),
        passage(kind="vehicle", ref="no plate"),
    ]
    first = outcomes(api.record_passages(batch, device))
    assert first == [
        ("stored", ""), ("stored", "unknown"), ("stored", ""), ("duplicate", "known"), ("refused", "outcome"),
        ("refused", "kind"), ("refused", "future"), ("refused", "old"), ("refused", "enterprise"),
        ("stored", "unknown"),
    ]  # fmt: skip
    again = outcomes(api.record_passages(batch, device))
    assert [status for status, _code in again].count("duplicate") == 5
    assert Passage.objects.count() == 4
    fact = Passage.objects.get(uuid=twice.uuid)
    assert (fact.employment_id, fact.device_id, fact.outcome) == (job.pk, device.pk, "passed")


def test_leaving_closes_what_is_inside(mill: Firm, device: Device) -> None:
    entry = api.admit_vehicle(
        enterprise=mill.unit, truck=api.Truck(plate="\u9c81M12345", driver="\u53f6\u7693"), by=mill.contact
    ).entry
    now = clock.now()
    made = api.invite(
        enterprise=mill.unit,
        invitation=api.Invitation("\u53f6\u7693", "\u91c7\u8d2d", now, now + timedelta(hours=1)),
        by=mill.contact,
    )
    visit = api.admit_visitor(enterprise=mill.unit, arrival=visitor(code=made.code), by=mill.contact).visit
    assert entry is not None
    assert visit is not None
    batch = [
        passage("vehicle", "\u9c81M12345", direction="out"),
        passage("visitor", made.code, direction="out"),
    ]
    assert outcomes(api.record_passages(batch, device)) == [("stored", ""), ("stored", "")]
    assert VehicleEntry.objects.get(pk=entry.pk).out_by == device.name
    assert Visit.objects.get(pk=visit.pk).t_out is not None


def test_a_batch_needs_the_same_queries_whatever_its_size(mill: Firm, device: Device) -> None:
    hire(mill, no="A1")
    counts = []
    for size in (2, 200):
        batch = [passage() for _n in range(size)]
        with CaptureQueriesContext(connection) as seen:
            api.record_passages(batch, device)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_device_for_sampling_reports_no_passages(device: Device) -> None:
    device.kind = "sampling"
    with pytest.raises(Refused):
        api.record_passages([passage()], device)


def test_facts_are_only_added_and_lose_the_worker_in_time(mill: Firm, device: Device) -> None:
    hire(mill, no="A1")
    api.record_passages([passage(at=clock.now() - timedelta(days=29))], device)
    fact = Passage.objects.get()
    for change in (
        lambda: Passage.objects.filter(pk=fact.pk).update(direction="out"),
        lambda: Passage.objects.filter(pk=fact.pk).update(employment_id=7),
        lambda: Passage.objects.filter(pk=fact.pk).delete(),
    ):
        with pytest.raises(Error), transaction.atomic():
            change()
    assert protection.passages_due(clock.now(), 30, 9) == []
    assert protection.passages_due(clock.now() + timedelta(days=2), 30, 9) == [fact.pk]
    assert protection.cut_passages([fact.pk]) == 1
    fact.refresh_from_db()
    assert (fact.employment_id, fact.kind) == (None, PassageKind.WORKER)


def test_visitors_are_overwritten_after_thirty_days_and_counted_on(mill: Firm, guard: Actor) -> None:
    visit = api.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=guard).visit
    assert visit is not None
    rules = {one.key: one for one in retention.rules()}
    rule = rules["gate.visits"]
    assert list(rule.due(clock.now() + timedelta(days=29), 30, 9)) == []
    assert list(rule.due(clock.now() + timedelta(days=31), 30, 9)) == [visit.pk]
    assert rule.destroy is not None
    assert rule.destroy([visit.pk]) == 1
    assert list(rule.due(clock.now() + timedelta(days=31), 30, 9)) == []
    visit.refresh_from_db()
    assert (visit.name_sealed, visit.phone_sealed, visit.host_sealed, visit.persons) == (None, None, None, 1)
    assert api.opened([visit])[visit.pk].name == ""


def test_sealed_columns_have_no_history(mill: Firm, guard: Actor) -> None:
    api.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=guard)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name IN"
            " ('gate_visithistory', 'gate_appointmenthistory', 'gate_vehicleentryhistory')"
        )
        columns = {name for (name,) in cursor.fetchall()}
    assert columns
    assert not any(one.endswith("_sealed") for one in columns)
    assert not {"temperature", "health_code", "travel_code", "code"} & columns


def test_holders_count_and_scrub_what_is_kept(mill: Firm, guard: Actor) -> None:
    visit = api.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=guard).visit
    assert visit is not None
    mine = [one for one in holders.holders("gate.visitor") if one.key == "gate.visit"]
    assert mine[0].count([visit.subject_id]) == mine[0].scrub([visit.subject_id]) == 1
    assert mine[0].count([visit.subject_id]) == 0


def test_opening_a_number_needs_sight_of_the_visit(park: Park, mill: Firm, forge: Firm, guard: Actor) -> None:
    visit = api.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=guard).visit
    assert visit is not None
    by = Actor(kind="user", user_id=1, person_id=None, name="x", grants=mill.contact.grants)
    assert find(protection.VISIT, visit.pk, by=by).unit_path == mill.unit.path
    other = Actor(kind="user", user_id=1, person_id=None, name="x", grants=forge.contact.grants)
    with pytest.raises(NotFound):
        find(protection.VISIT, visit.pk, by=other)
    mine = Actor(kind="user", user_id=1, person_id=None, name="x", grants=guard.grants)
    with pytest.raises(Refused):
        find(protection.VISIT, visit.pk, by=mine)
    official = acting(Role.OFFICIAL, park.zone.path)
    with pytest.raises(NotFound):
        find(protection.VISIT, visit.pk, by=official)
