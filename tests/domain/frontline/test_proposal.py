"""Proposals on the database: who is never proposed, what is explained, what adopting does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.frontline import api
from pingzhan.domain.frontline.enums import Cover, Mode
from pingzhan.domain.frontline.models import Adoption
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.api import ResponsibleChange
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.frontline.conftest import held
from tests.factories import SmallZone, actor_with


def changes(proposal: api.Proposal) -> list[ResponsibleChange]:
    return [ResponsibleChange(one.firm.id, one.rank, one.person, one.former) for one in proposal.lines]


def test_fills_what_is_missing_and_touches_nothing_else(park: SmallZone) -> None:
    before = {unit.pk: held(unit) for unit in park.firms}
    found = api.propose(park.zone)
    assert [(one.firm.code, one.rank) for one in found.lines] == [
        ("F1", 1),
        ("F2", 1),
        ("F3", 0),
        ("F3", 1),
    ]
    assert all(one.former is None for one in found.lines)
    assert {unit.pk: held(unit) for unit in park.firms} == before
    assert api.propose(park.zone) == found


def test_never_commander_long_absent_own_people_or_twice(park: SmallZone, duty: Actor) -> None:
    """Everybody but three is made impossible; the three are what is left."""
    now = timezone.now()
    own, free = park.people["桑晓风"], ("梅映雪", "谈云起", "戴望舒")
    Person.objects.filter(pk=own.pk).update(home_unit=park.firms[2])
    for name, person in park.people.items():
        if name not in free and name not in ("安若水", "桑晓风", "倪清和"):
            organisation.register_absence(
                person=person,
                kind=AbsenceKind.ILL,
                t0=now - timedelta(days=1),
                t1=now + timedelta(days=60),
                by=park.root,
            )
    found = api.propose(park.zone)
    names = dict(Person.objects.values_list("id", "name"))
    f3 = {one.rank: names[one.person] for one in found.lines if one.firm.code == "F3"}
    assert set(f3) == {0, 1}
    assert f3[0] != f3[1]
    assert "桑晓风" not in f3.values()
    proposed = {names[one.person] for one in found.lines}
    assert proposed <= {*free, "桑晓风", "倪清和"}
    assert "安若水" not in proposed
    for one in found.lines:
        others = {names[other.person] for other in one.others}
        assert others <= {*free, "桑晓风", "倪清和"} - {names[one.person]}


def test_short_absence_does_not_matter(park: SmallZone) -> None:
    now = timezone.now()
    for name, person in park.people.items():
        if name != "梅映雪":
            organisation.register_absence(
                person=person,
                kind=AbsenceKind.ILL,
                t0=now - timedelta(days=1),
                t1=now + timedelta(days=3),
                by=park.root,
            )
    assert api.propose(park.zone).candidates == len(park.people) - 1


def test_numbers_of_a_line_add_up(park: SmallZone) -> None:
    found = api.propose(park.zone)
    (line,) = [one for one in found.lines if (one.firm.code, one.rank) == ("F3", 0)]
    assert (line.weight, line.load_before, line.load_after, line.count) == (120, 0, 120, 1)
    assert (found.peak_before, found.peak, found.least) == (80, 120, 120)
    assert line.others
    assert all(one.load >= 120 for one in line.others)


def test_rebalancing_moves_only_what_helps(park: SmallZone, duty: Actor) -> None:
    mei = park.people["梅映雪"]
    Responsibility.objects.all().delete()
    Responsibility.objects.bulk_create(Responsibility(unit=unit, person=mei, rank=0) for unit in park.firms)
    assert [one.rank for one in api.propose(park.zone).lines if one.rank == 0] == []
    found = api.propose(park.zone, Mode.ALL)
    moved = [one.firm.code for one in found.lines if one.rank == 0]
    assert (found.peak_before, found.peak) == (240, 120)
    assert moved == ["F1", "F2"]
    api.adopt(zone=park.zone, lines=changes(found), by=duty, mode=Mode.ALL)
    assert api.propose(park.zone, Mode.ALL).lines == ()


@pytest.mark.django_db(transaction=True)
def test_adopting_sets_all_and_tells_everybody_once(park: SmallZone, duty: Actor) -> None:
    found = api.propose(park.zone)
    adoption = api.adopt(zone=park.zone, lines=changes(found), by=duty)
    assert adoption is not None
    assert api.coverage(park.zone).firms == {**dict.fromkeys(Cover.values, 0), Cover.FULL: 3}
    told = list(Notice.objects.filter(kind="front_adoption").values_list("recipient", flat=True))
    assert len(told) == len(set(told))
    assert set(told) == {one.person for one in found.lines}
    record = AuditRecord.objects.get(verb="frontline.adopt")
    assert record.body == {"lines": 4, "told": len(told), "mode": "missing"}
    assert api.adopt(zone=park.zone, lines=[], by=duty) is None
    assert Adoption.objects.count() == 1


def test_former_holder_is_told_too(park: SmallZone, duty: Actor) -> None:
    mei, pan = park.people["梅映雪"], park.people["潘怀远"]
    api.adopt(zone=park.zone, lines=[ResponsibleChange(park.firms[0].pk, 0, pan.pk, mei.pk)], by=duty)
    assert held(park.firms[0]) == {0: "潘怀远"}
    assert set(Notice.objects.filter(kind="front_adoption").values_list("recipient", flat=True)) == {
        mei.pk,
        pan.pk,
    }


def test_substitute_becomes_principal_in_one_go(park: SmallZone, duty: Actor) -> None:
    f1 = park.firms[0].pk
    mei, pan = park.people["梅映雪"].pk, park.people["潘怀远"].pk
    api.adopt(zone=park.zone, lines=[ResponsibleChange(f1, 1, pan, None)], by=duty)
    api.adopt(
        zone=park.zone,
        lines=[ResponsibleChange(f1, 0, pan, mei), ResponsibleChange(f1, 1, mei, pan)],
        by=duty,
    )
    assert held(park.firms[0]) == {0: "潘怀远", 1: "梅映雪"}
    api.adopt(zone=park.zone, lines=[ResponsibleChange(f1, 1, None, mei)], by=duty)
    assert held(park.firms[0]) == {0: "潘怀远"}


def test_refused_lines_leave_nothing(park: SmallZone, duty: Actor) -> None:
    f1, f3 = park.firms[0], park.firms[2]
    mei, pan = park.people["梅映雪"].pk, park.people["潘怀远"].pk
    good = ResponsibleChange(f3.pk, 0, pan, None)
    stranger = Person.objects.create(name="外人", home_unit=f1, kind="company")
    for lines, error in (
        ([good, ResponsibleChange(f1.pk, 0, pan, pan)], Conflict),
        ([good, ResponsibleChange(f1.pk, 1, mei, None)], Invalid),
        ([good, ResponsibleChange(f3.pk, 0, mei, None)], Invalid),
        ([good, ResponsibleChange(f1.pk, 1, stranger.pk, None)], NotFound),
        ([good, ResponsibleChange(park.area.pk, 0, mei, None)], NotFound),
    ):
        with pytest.raises(error):
            api.adopt(zone=park.zone, lines=lines, by=duty)
    assert held(f3) == {}
    assert not Adoption.objects.exists()


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.ASSIGN_OFFICIALS)])
def test_who_may_not_adopt(park: SmallZone, role: Role) -> None:
    line = ResponsibleChange(park.firms[2].pk, 0, park.people["潘怀远"].pk, None)
    with pytest.raises(Refused):
        api.adopt(zone=park.zone, lines=[line], by=actor_with(role))
    assert held(park.firms[2]) == {}


def test_right_for_one_enterprise_does_not_suffice(park: SmallZone) -> None:
    line = ResponsibleChange(park.firms[2].pk, 0, park.people["潘怀远"].pk, None)
    with pytest.raises(Refused):
        api.adopt(zone=park.zone, lines=[line], by=actor_with(Role.DUTY_OFFICER, path=park.firms[2].path))


def test_coverage_says_what_is_wrong(park: SmallZone) -> None:
    assert api.coverage(park.zone).firms == {"nobody": 1, "away": 0, "no_substitute": 2, "full": 0}
    now = timezone.now()
    organisation.register_absence(
        person=park.people["梅映雪"],
        kind=AbsenceKind.ILL,
        t0=now - timedelta(hours=1),
        t1=now + timedelta(days=1),
        by=park.root,
    )
    found = api.coverage(park.zone)
    assert found.firms == {"nobody": 1, "away": 1, "no_substitute": 1, "full": 0}
    assert (found.total, found.gaps, found.officials, found.commanders) == (3, 3, len(park.people), 1)
    assert found.without == len(park.people) - 3


def test_list_has_the_worst_first_in_two_queries(
    park: SmallZone, duty: Actor, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        rows = list(api.firm_list(api.firms_visible_to(duty), park.zone, {}))
    assert [(row.code, row.cover) for row in rows] == [
        ("F3", "nobody"),
        ("F2", "no_substitute"),
        ("F1", "no_substitute"),
    ]
    assert [row.code for row in api.firm_list(api.firms_visible_to(duty), park.zone, {"q": "梅映雪"})] == [
        "F1"
    ]
    assert [
        row.code for row in api.firm_list(api.firms_visible_to(duty), park.zone, {"cover": "nobody"})
    ] == ["F3"]


def test_officials_by_load(park: SmallZone) -> None:
    rows = list(api.official_list(park.zone, {}))
    assert [(row.name, row.firms, row.heads) for row in rows[:2]] == [("倪清和", 1, 80), ("梅映雪", 1, 40)]
    without = list(api.official_list(park.zone, {"show": "without"}))
    assert len(without) == len(park.people) - 3
    assert "安若水" not in {row.name for row in without}
