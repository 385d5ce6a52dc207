"""Every ledger: what is written before the day is made closes the same as what is written after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import MarkKind
from pingzhan.domain.health import api as health
from pingzhan.domain.obligations import api, held, program
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import Obligation, UnitDay
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import NEEDED_TASKS, PlanKind
from pingzhan.domain.sanitation import api as sanitation
from pingzhan.domain.sanitation.enums import AreaKind, Kind
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from tests.domain.gate.stock import visitor
from tests.domain.obligations.conftest import rule
from tests.domain.people.crowd import Firm, Park, acting, build_park, hire
from tests.domain.premises.samples import crew as hire_crew
from tests.domain.premises.samples import figures, plan
from tests.domain.sanitation.canteens import check_data, crew, lunch, published, sets_in_force
from tests.domain.supplies.shelf import counted, fill
from tests.factories import kept

Act = Callable[[Firm], None]


@pytest.fixture
def park(db: None) -> Park:
    """Two enterprises with a canteen each, and the notice's own measures in force."""
    park = kept(build_park)
    sets_in_force(park, park.firms[0])
    Enterprise.objects.create(
        unit=park.firms[1].unit, credit_code="91371621MA3C00002A", industry="14", canteen=True
    )
    return park


def approve(kind: PlanKind) -> Act:
    def act(firm: Firm) -> None:
        row = premises.save_plan(enterprise=firm.unit, kind=kind, data=plan(kind), by=firm.contact)
        premises.submit_plan(plan_id=row.pk, by=firm.contact)
        officer = acting(Role.DUTY_OFFICER, firm.unit.path[:1])
        premises.decide_plan(plan_id=row.pk, approve=True, by=officer)

    return act


def mark(kind: MarkKind) -> Act:
    return lambda firm: void(gate.mark_none(enterprise=firm.unit, kind=kind, by=firm.contact))


def void(_value: object) -> None:
    """Forget what an action returned."""


def drive(firm: Firm) -> None:
    truck = gate.Truck(plate="\u9c81M12345", driver="\u53f6\u7693")
    gate.admit_vehicle(enterprise=firm.unit, truck=truck, by=firm.contact)


def visit(firm: Firm) -> None:
    facts = {"temperature": Decimal("36.5"), "health_code": "green", "travel_code": "clear"}
    gate.admit_visitor(enterprise=firm.unit, arrival=visitor(**facts), by=firm.contact)


def duty(firm: Firm) -> None:
    hire_crew(firm, 2)
    line = premises.DutyLine(clock.today(), "N1", "N2")
    premises.set_duty(enterprise=firm.unit, lines=[line], by=firm.contact)


def team(firm: Firm) -> None:
    hire_crew(firm, 1)
    for task in NEEDED_TASKS:
        premises.join_team(enterprise=firm.unit, number="N1", task=task, by=firm.contact)


def team_short(firm: Firm) -> None:
    hire_crew(firm, 1)
    premises.join_team(enterprise=firm.unit, number="N1", task=NEEDED_TASKS[0], by=firm.contact)


def drill(firm: Firm) -> None:
    data = premises.ExerciseData("\u9694\u79bb", clock.today(), "\u4e00\u8f66\u95f4", 9, "\u7ecf\u8fc7")
    premises.hold_exercise(enterprise=firm.unit, data=data, by=firm.contact)


def train(*, everybody: bool) -> Act:
    def act(firm: Firm) -> None:
        workers = [one.pk for one in hire_crew(firm, 2)]
        premises.hold_training(
            enterprise=firm.unit,
            data=premises.TrainingData("\u9632\u63a7", clock.today()),
            workers=workers if everybody else workers[:1],
            by=firm.contact,
        )

    return act


def produce(firm: Firm) -> None:
    day = clock.today() - timedelta(days=1)
    premises.save_figures(enterprise=firm.unit, day=day, data=figures(), by=firm.contact)


def area_of(firm: Firm) -> Area:
    data = sanitation.AreaData("\u536b\u751f\u95f4", AreaKind.TOILET, is_key=True)
    made = sanitation.add_area(enterprise=firm.unit, data=data, by=firm.contact)
    Area.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=9))
    return made


def clean(firm: Firm) -> None:
    line = sanitation.Line(area_of(firm).pk, clock.now(), "chlorine", Decimal(500))
    sanitation.enter_lines(enterprise=firm.unit, kind=Kind.DISINFECTION, lines=[line], by=firm.contact)


def sittings(firm: Firm) -> None:
    crew(firm, [9, 9])
    published(lunch(firm), firm)


def kitchen(firm: Firm) -> None:
    day = business_now()[1]
    sanitation.check_kitchen(
        enterprise=firm.unit, site_id=firm.canteen.pk, data=check_data(day=day), by=firm.contact
    )


def stock(firm: Firm) -> None:
    fill(firm)
    counted(firm)


ACTS: dict[str, tuple[str, Act]] = {
    "visitor": ("visitors", visit),
    "no_visitors": ("visitors", mark(MarkKind.NO_VISITORS)),
    "vehicle": ("gate_check", drive),
    "no_goods": ("gate_check", mark(MarkKind.NO_GOODS)),
    "no_meetings": ("meetings", mark(MarkKind.NO_MEETINGS)),
    "closed": ("closed_management", mark(MarkKind.CLOSED_CHECK)),
    "plan": ("plan_review", approve(PlanKind.PREVENTION)),
    "emergency_plan": ("emergency_plan", approve(PlanKind.EMERGENCY)),
    "duty": ("duty_roster", duty),
    "team": ("emergency_team", team),
    "drill": ("drill", drill),
    "everybody": ("training", train(everybody=True)),
    "some": ("training", train(everybody=False)),
    "figures": ("production", produce),
    "cleaning": ("disinfection", clean),
    "sittings": ("canteen_plan", sittings),
    "kitchen": ("canteen_hygiene", kitchen),
    "stock": ("supplies_check", stock),
}


def states(firm: Firm, evidence: str) -> dict[tuple[str, int], tuple[str, int, str]]:
    """State, count and evidence of what is due, by measure and slot."""
    rows = Obligation.objects.filter(unit=firm.unit, demand__evidence=evidence).exclude(state="withdrawn")
    return {
        (key, slot): (state, got, kind)
        for key, slot, state, got, kind in rows.values_list("duty__key", "slot", "state", "got", "ref_kind")
    }


@pytest.mark.parametrize("name", list(ACTS))
def test_before_is_as_good_as_after(park: Park, name: str) -> None:
    evidence, act = ACTS[name]
    before, after = park.firms
    act(before)
    api.today(before.unit.pk)
    api.today(after.unit.pk)
    act(after)
    assert states(before, evidence) == states(after, evidence)
    assert "done" in {state for state, _got, _kind in states(before, evidence).values()}
    row = Obligation.objects.filter(unit=before.unit, demand__evidence=evidence, state="done").first()
    assert row is not None
    assert row.closed_at is not None
    assert row.closed_at <= row.made_at


def test_a_team_with_gaps_is_no_evidence_either_way(park: Park) -> None:
    before, after = park.firms
    team_short(before)
    api.today(before.unit.pk)
    api.today(after.unit.pk)
    team_short(after)
    assert states(before, "emergency_team") == states(after, "emergency_team")
    assert {state for state, *_rest in states(before, "emergency_team").values()} == {"open"}


def test_what_was_taken_back_before_is_no_evidence(park: Park) -> None:
    firm = park.firms[0]
    gate.mark_none(enterprise=firm.unit, kind=MarkKind.NO_VISITORS, by=firm.contact)
    facts = {"temperature": Decimal("36.5"), "health_code": "green", "travel_code": "clear"}
    made = gate.admit_visitor(enterprise=firm.unit, arrival=visitor(**facts), by=firm.contact).visit
    assert made is not None
    gate.void_visit(visit_id=made.pk, by=firm.contact)
    api.today(firm.unit.pk)
    assert {state for state, *_rest in states(firm, "visitors").values()} == {"open"}


@pytest.fixture
def slot(park: Park) -> Iterator[None]:
    """Temperatures are due in the slot of now, whatever the hour."""
    clock = timezone.localtime().time()
    begins = time(6) if time(6) <= clock < time(13, 30) else time(13, 30)
    yesterday = api.business_now()[1] - timedelta(days=1)
    for firm in park.firms:
        UnitDay.objects.create(unit=firm.unit, day=yesterday, since=timezone.now() - timedelta(days=9))

    def source(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        cadence = Cadence(CadenceKind.SLOTS, times=(begins,))
        return dict.fromkeys(unit_ids, Program(None, (rule("temperature", cadence),)))

    kept = list(program._sources)
    program.register_source(source)
    yield
    program._sources[:] = kept


@pytest.mark.usefixtures("slot")
@pytest.mark.parametrize("whole", [True, False])
def test_temperatures_count_once_everybody_is_there(park: Park, whole: bool) -> None:
    for firm in park.firms:
        for n in range(3):
            hire(firm, no=f"A{n}")
    before, after = park.firms

    def measure(firm: Firm) -> None:
        health.record_team(enterprise=firm.unit, team_id=firm.teams[0].pk, by=firm.contact)
        if not whole:
            hire(firm, no="A9")

    measure(before)
    api.today(before.unit.pk)
    api.today(after.unit.pk)
    if whole:
        measure(after)
        assert states(before, "temperature") == states(after, "temperature")
    expected = {"done"} if whole else {"open", "late"}
    assert {state for state, *_rest in states(before, "temperature").values()} <= expected


def test_every_ledger_has_a_reader() -> None:
    """What is not here cannot come before its obligation; held.py says why."""
    assert set(held._readers) == {
        "plan_review", "emergency_plan", "returnees", "temperature", "visitors", "closed_management",
        "meetings", "disinfection", "ventilation", "canteen_plan", "canteen_hygiene", "gate_check",
        "supplies_check", "training", "duty_roster", "emergency_team", "drill", "production", "zero_report",
        "inspection",
    }  # fmt: skip
