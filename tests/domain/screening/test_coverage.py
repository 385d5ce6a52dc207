"""Coverage of a round and the list of who was not swabbed: counted beside the samples, named by right and on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.actions.adopting import _count
from pingzhan.domain.screening.actions.counting import _cohorts
from pingzhan.domain.screening.enums import ExemptReason, RoundKind
from pingzhan.domain.screening.models import Demand, Exemption, Round, SamplingTeam
from pingzhan.domain.screening.queries.heads import heads_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from tests.domain.people.crowd import Park, acting, hire, person
from tests.domain.screening.phones import Phone, adopted_round, phone

Why = screening.Why


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], person(name="\u8c37\u4e00\u9e23"), no=f"A{n}") for n in range(4)]


@pytest.fixture
def one(park: Park, teams: list[SamplingTeam], crew: list[Employment]) -> Phone:
    """A phone in a round of both enterprises, in which one of four is exempt and another is of a key group."""
    Employment.objects.filter(pk=crew[1].pk).update(groups=["gate", "canteen"])
    today = timezone.localdate()
    Exemption.objects.create(
        employment=crew[3], enterprise=park.firms[0].unit, reason=ExemptReason.MEDICAL,
        since=today - timedelta(days=2), until=today + timedelta(days=2),
    )  # fmt: skip
    hire(park.firms[1])
    round_ = adopted_round(park, teams[0], [firm.unit for firm in park.firms])
    Demand.objects.bulk_create(_cohorts(round_, heads_of(round_)))
    _count(round_)
    return phone(teams[0], park)


def the_round() -> Round:
    return Round.objects.select_related("zone").get()


def chased(park: Park, **more: object) -> list[tuple[str, str]]:
    rows = screening.chased(the_round(), [park.firms[0].unit.pk], **more)  # type: ignore[arg-type]
    return [(one.employment.employee_no, one.why) for one in rows]  # type: ignore[attr-defined]


def test_due_tested_missed_and_why(park: Park, one: Phone, crew: list[Employment]) -> None:
    one.send(one.swab("T-0001", crew[0]), one.swab("T-0001", crew[1], 2), one.write("seal", tube="T-0001"))
    first, second = (firm.unit.pk for firm in park.firms)
    lines = {line.pk: line for line in screening.firm_lines(the_round())}
    assert [(lines[first].due, lines[first].tested, lines[first].missed, lines[first].exempt)] == [
        (3, 2, 1, 1)
    ]
    assert (lines[second].due, lines[second].tested) == (1, 0)
    assert (lines[first].percent, lines[second].percent) == (66, 0)
    [(name, team)] = screening.team_lines(the_round(), first)
    assert (name, team.due, team.tested) == (park.firms[0].teams[0].name, 3, 2)
    assert [(g.key, g.due, g.tested, g.missed) for g in screening.group_lines(the_round())] == [
        ("gate", 1, 1, 0), ("canteen", 1, 1, 0),
    ]  # fmt: skip
    assert screening.exempt_reasons(the_round()) == [(ExemptReason.MEDICAL, 1)]
    assert chased(park) == [("A2", "due"), ("A3", "exempt")]
    assert screening.chased_counts(the_round(), first) == {Why.DUE: 1, Why.EXEMPT: 1, Why.RECENT: 0}
    assert screening.coverage_of_firm([the_round()], first)[the_round().pk].tested == 2


def test_somebody_in_a_void_tube_is_still_to_come(park: Park, one: Phone, crew: list[Employment]) -> None:
    one.send(one.swab("T-0001", crew[1]), one.write("void", tube="T-0001"))
    assert chased(park, why="due") == [("A0", "due"), ("A1", "due"), ("A2", "due")]
    assert [g.tested for g in screening.group_lines(the_round())] == [0, 0]


def test_the_list_narrows_to_a_team_and_to_key_groups(park: Park, one: Phone, crew: list[Employment]) -> None:
    team = park.firms[0].teams[0].pk
    assert len(chased(park, team=team)) == 4
    assert chased(park, team=0) == []
    assert chased(park, why="exempt") == [("A3", "exempt")]
    Round.objects.update(kind=RoundKind.KEY_GROUPS)
    assert chased(park) == [("A1", "due")]


def test_who_was_swabbed_in_the_interval_before_is_told_apart(
    park: Park, one: Phone, teams: list[SamplingTeam], crew: list[Employment]
) -> None:
    one.send(one.swab("T-0001", crew[0]))
    later = adopted_round(park, teams[0], [park.firms[0].unit], interval_hours=48)
    firm = park.firms[0].unit.pk
    found = {row.employment.employee_no: row.why for row in screening.chased(later, [firm])}  # type: ignore[attr-defined]
    assert found == {"A0": "recent", "A1": "due", "A2": "due", "A3": "exempt"}
    rows = screening.chased(later, [firm], why="recent").select_related(
        "employment__individual", "team", "enterprise"
    )
    [line] = screening.chase_lines(later, list(rows), whole=False, reasons=True)
    assert line.last_at is not None
    assert line.name != "\u8c37\u4e00\u9e23"


@pytest.mark.parametrize(
    ("role", "whole", "recorded"),
    [(Role.COMPANY, True, 0), (Role.DUTY_OFFICER, True, 1), (Role.ORGANISER, False, 1)],
)
def test_names_are_whole_by_right_and_the_reading_is_recorded(
    park: Park, role: Role, whole: bool, recorded: int
) -> None:
    unit = park.firms[0].unit
    by = acting(role, unit.path if role == Role.COMPANY else park.zone.path)
    assert screening.note_chased(enterprise=unit, persons=3, by=by) is whole
    screening.note_chased(enterprise=unit, persons=0, by=by)
    assert AuditRecord.objects.filter(verb="screening.chase_read").count() == recorded


def test_an_enterprise_sees_its_rounds_only_once_they_are_told(park: Park, one: Phone) -> None:
    Round.objects.create(zone=park.zone, number=99, day=timezone.localdate())
    for firm in park.firms:
        assert list(screening.rounds_told_to(acting(Role.COMPANY, firm.unit.path))) == [the_round_told()]
    assert not screening.rounds_told_to(acting(Role.COMPANY, "/999/")).exists()
    contact = acting(Role.COMPANY, park.firms[0].unit.path)
    assert list(screening.firms_seen(contact, park.zone)) == [park.firms[0].unit]


def the_round_told() -> Round:
    return Round.objects.exclude(number=99).get()
