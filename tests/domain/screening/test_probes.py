"""愿检和抽检: swabs outside the rounds go the way of every tube, are followed like one, and close no round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api, keeping
from pingzhan.domain.screening.enums import (
    HoldState,
    OwnState,
    PoolMode,
    ProbeKind,
    RoundKind,
    RoundState,
    TubeState,
)
from pingzhan.domain.screening.models import (
    Conflict,
    Demand,
    Hold,
    Probe,
    Pursuit,
    Round,
    RoundCount,
    SamplingTeam,
    Tube,
    WalkIn,
)
from pingzhan.domain.screening.queries.heads import heads_of
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Invalid, Refused
from tests.domain.people.crowd import Park, acting, hire, id_number
from tests.domain.screening.lab import GREY, NEGATIVE, POSITIVE, Lab, states
from tests.domain.screening.phones import Phone, adopted_round, phone
from tests.factories import account

GUEST = "\u8c37\u8fdc"
WILLING, SPOT = ProbeKind.WILLING, ProbeKind.SPOT


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"A{n}") for n in range(2)]


@pytest.fixture
def one(park: Park, teams: list[SamplingTeam]) -> Phone:
    return phone(teams[0], park)


@pytest.fixture
def lab(park: Park, one: Phone) -> Lab:
    return Lab(park, one)


def probe(
    park: Park, code: str, *, kind: ProbeKind = WILLING, ago: timedelta = timedelta(minutes=30),
    role: Role = Role.SAMPLER, **who: Any,
) -> Probe:  # fmt: skip
    """Record a probe of A0 of the first enterprise, or of whoever is said."""
    of = who or {"enterprise": park.firms[0].unit, "number": "A0"}
    swab = api.ProbeIn(code, clock.now() - ago, **of)
    return api.record_probe(
        zone=park.zone, kind=kind, swab=swab, by=actor_of(account(role, path=park.zone.path))
    )


def todays() -> Round:
    return Round.objects.get(kind=RoundKind.PROBE, day=business_now()[1])


def test_a_probe_is_a_sealed_tube_of_one_and_closes_no_round(
    park: Park, teams: list[SamplingTeam], crew: list[Employment]
) -> None:
    firm = park.firms[0]
    due = adopted_round(park, teams[0], [firm.unit])
    RoundCount.objects.create(round_id=due.pk, enterprise_id=firm.unit.pk, team_id=firm.teams[0].pk, due=2)
    made = probe(park, "p-0001", kind=SPOT)
    tube = made.tube
    tube.refresh_from_db()
    assert (tube.code, tube.state, tube.heads, tube.held, tube.team) == (
        "P-0001", TubeState.SEALED, 1, False, None,
    )  # fmt: skip
    assert (made.kind, made.enterprise, tube.round) == (SPOT, firm.unit, todays())
    assert (todays().state, todays().mode) == (RoundState.RUNNING, PoolMode.SINGLE)
    [line] = api.firm_lines(due)
    assert (line.due, line.tested, line.missed, line.probed) == (2, 0, 2, 1)
    chased = api.chased(due, [firm.unit.pk], why=api.Why.DUE)
    assert {row.employment_id for row in chased} == {worker.pk for worker in crew}
    # The same person a second time is one person more nowhere, and nothing to look into.
    probe(park, "P-0002")
    assert api.firm_lines(due)[0].probed == 1
    assert not Conflict.objects.exists()
    planner = acting(Role.ORGANISER, park.zone.path)
    assert list(api.rounds_visible_to(planner)) == [due]
    assert set(api.custody_rounds(planner)) == {due, todays()}


def test_a_probe_of_the_days_before_is_a_test_like_any_other_and_one_of_the_day_is_not(
    park: Park, crew: list[Employment]
) -> None:
    today = business_now()[1]
    day = Round.objects.create(zone=park.zone, number=1, day=today, interval_hours=48)
    probe(park, "P-0001", ago=timedelta(0))
    assert sum(row.recent for row in heads_of(day)) == 0
    tomorrow = Round.objects.create(
        zone=park.zone, number=9, day=today + timedelta(days=1), interval_hours=48
    )
    assert sum(row.recent for row in heads_of(tomorrow)) == 1


def test_a_positive_probe_is_followed_like_a_positive_single_tube(
    park: Park, lab: Lab, crew: list[Employment]
) -> None:
    probe(park, "P-0001")
    lab.receive("P-0001")
    assert lab.say(("P-0001", POSITIVE)) == ["stored"]
    followed = Pursuit.objects.get()
    assert (followed.tube.code, followed.retest) == ("P-0001", None)
    assert states(*crew) == [HoldState.POSITIVE, ""]
    own = api.own_result(crew[0].individual_id)
    assert own is not None
    assert (own.state, own.pooled) == (OwnState.POSITIVE, False)


def test_a_grey_probe_of_somebody_on_no_list_is_swabbed_again_where_he_was(
    park: Park, lab: Lab, crew: list[Employment]
) -> None:
    number, there = id_number(3400), park.firms[1].unit
    made = probe(park, "P-0001", enterprise=there, name=GUEST, document=number)
    assert (made.enterprise, WalkIn.objects.count()) == (there, 1)
    lab.receive("P-0001")
    lab.say(("P-0001", GREY))
    assert (Hold.objects.get().state, Hold.objects.get().enterprise) == (HoldState.HELD, there)
    assert list(Demand.objects.values_list("enterprise", "due")) == [(there.pk, 1)]
    # His own swab frees him, whatever way it was taken.
    probe(park, "P-0002", ago=timedelta(minutes=5), name=GUEST, document=number)
    lab.receive("P-0002")
    lab.say(("P-0002", NEGATIVE))
    assert Hold.objects.get().state == HoldState.RELEASED


def test_a_name_and_number_that_the_zone_knows_is_that_worker(park: Park) -> None:
    worker = hire(park.firms[1], no="K1")
    number = api_number(worker)
    made = probe(park, "P-0001", name="\u8c37\u4e00\u9e23", document=number)
    assert (made.enterprise, WalkIn.objects.count()) == (park.firms[1].unit, 0)
    [line] = api.probe_lines(list(api.probes_of(Probe.objects.all())), whole=False)
    assert (line.name, line.number) == ("\u8c37**", "K1")


def api_number(worker: Employment) -> str:
    from pingzhan.domain.people import api as people

    return people.opened([worker.individual])[worker.individual_id].number or ""


def test_a_swab_after_a_probe_waits_for_its_own_result(
    park: Park, teams: list[SamplingTeam], lab: Lab, one: Phone, crew: list[Employment]
) -> None:
    made = adopted_round(park, teams[0], [park.firms[0].unit])
    # Shortly after the business day begins, that was the day before.
    assert probe(park, "P-0001", ago=timedelta(hours=3)).tube.round_id > made.pk
    lab.receive("P-0001")
    lab.say(("P-0001", NEGATIVE))
    one.send(one.swab("T-0001", crew[0]))
    own = api.own_result(crew[0].individual_id)
    assert own is not None
    assert (own.state, own.before) == (OwnState.PENDING, OwnState.NEGATIVE)


def test_the_probes_of_a_day_are_over_with_the_first_of_the_next(park: Park, crew: list[Employment]) -> None:
    before = probe(park, "P-0001", ago=timedelta(days=1)).tube.round
    assert before.day < business_now()[1]
    probe(park, "P-0002", ago=timedelta(0))
    before.refresh_from_db()
    assert (before.state, todays().state) == (RoundState.CLOSED, RoundState.RUNNING)
    # What is told of late still goes to its own day.
    assert probe(park, "P-0003", ago=timedelta(days=1)).tube.round == before


@pytest.mark.parametrize(
    ("code", "ago", "who", "place"),
    [
        ("x", 0, {}, "tube"),
        ("T-USED", 0, {}, "tube"),
        ("P-0001", -60, {}, "at"),
        ("P-0001", 60 * 24 * 8, {}, "at"),
        ("P-0001", 0, {"number": "A9"}, "number"),
        ("P-0001", 0, {"number": "A0", "enterprise": None}, "enterprise"),
        ("P-0001", 0, {"number": "A0", "name": GUEST}, "name"),
        ("P-0001", 0, {"number": "", "name": GUEST}, "number"),
        ("P-0001", 0, {"number": "", "name": "A1", "document": id_number(3401)}, "name"),
        ("P-0001", 0, {"number": "", "name": GUEST, "document": "371621188001010000"}, "document"),
    ],
)
def test_what_is_refused_stores_nothing(
    park: Park, crew: list[Employment], code: str, ago: int, who: dict[str, Any], place: str
) -> None:
    probe(park, "T-USED")
    rounds = Round.objects.count()
    of: dict[str, Any] = {"enterprise": park.firms[0].unit, "number": "A0"} | who
    with pytest.raises(Invalid) as caught:
        probe(park, code, ago=timedelta(minutes=ago), **of)
    assert caught.value.place == place
    assert (Probe.objects.count(), Tube.objects.count(), Round.objects.count()) == (1, 1, rounds)


def test_the_document_of_another_zone_is_no_way_in(park: Park, crew: list[Employment]) -> None:
    far = acting(Role.SAMPLER, "/999/")
    swab = api.ProbeIn("P-0001", clock.now(), park.firms[0].unit, "A0")
    with pytest.raises(Refused):
        api.record_probe(zone=park.zone, kind=WILLING, swab=swab, by=far)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_record_and_who_may_read(park: Park, crew: list[Employment], role: Role) -> None:
    probe(park, "P-0001")
    actor = acting(role, park.zone.path)
    reads = {Role.SAMPLER, Role.ORGANISER, Role.DUTY_OFFICER, Role.LEADER}
    assert api.probes_visible_to(actor).exists() == (role in reads)
    if role in (Role.SAMPLER, Role.ORGANISER):
        assert probe(park, "P-0002", role=role)
    else:
        with pytest.raises(Refused):
            probe(park, "P-0002", role=role)


def test_when_samples_are_destroyed_the_probe_names_nobody(park: Park, crew: list[Employment]) -> None:
    made = probe(park, "P-0001")
    Tube.objects.filter(pk=made.pk).update(opened_at=clock.now() - timedelta(days=90))
    due = keeping.tubes_due(clock.now(), 60, 10)
    assert due == [made.pk]
    keeping.cut_samples(due)
    [line] = api.probe_lines(list(api.probes_of(Probe.objects.all())), whole=True)
    assert (line.name, line.number) == ("", "")


def test_the_database_keeps_probes_and_one_round_of_them_a_day(park: Park, crew: list[Employment]) -> None:
    made = probe(park, "P-0001")
    for change in (lambda: Probe.objects.update(kind=SPOT), made.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(
            zone=park.zone,
            number=99,
            day=todays().day,
            kind=RoundKind.PROBE,
            mode=PoolMode.SINGLE,
            pool_size=1,
        )
