"""AB 岗: both holders of a post away at once is refused for leave and travel, flagged for illness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import AbsenceKind
from pingzhan.domain.organisation.models import Absence, Person, StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import Conflict, Refused
from tests.domain.organisation.conftest import with_role
from tests.factories import account

DAY = timedelta(days=1)
START = datetime(2027, 3, 1, tzinfo=UTC)


def away(person: Person, by: Actor, kind: AbsenceKind, start: int, end: int, override: str = "") -> Absence:
    return api.register_absence(
        person=person, kind=kind, t0=START + start * DAY, t1=START + end * DAY, by=by, override=override
    )


@pytest.fixture
def leader(db: None) -> Actor:
    return with_role(Role.LEADER, user=account(Role.LEADER))


def test_the_pair_is_the_holder_and_the_first_substitute(
    published: StructureVersion, zone: Unit, people: list[Person]
) -> None:
    (pair,) = api.pairs(zone.pk)
    assert (pair.first_id, pair.second_id) == (people[0].pk, people[1].pk)
    assert pair.post_name


@pytest.mark.parametrize("kind", [AbsenceKind.LEAVE, AbsenceKind.TRAVEL])
def test_leave_of_b_during_any_absence_of_a_is_refused(
    published: StructureVersion, people: list[Person], organiser: Actor, kind: AbsenceKind
) -> None:
    away(people[0], organiser, AbsenceKind.ILL, 0, 5)
    with pytest.raises(Conflict) as error:
        away(people[1], organiser, kind, 4, 6)
    assert error.value.code == "both_away"
    assert people[0].name in error.value.message
    assert "\u9886\u5bfc\u5c0f\u7ec4" in error.value.hint
    assert Absence.objects.count() == 1
    # Half-open: B may leave in the moment A is back; a person without the post is free.
    away(people[1], organiser, kind, 5, 6)
    away(people[2], organiser, kind, 0, 6)


@pytest.mark.parametrize("kind", [AbsenceKind.ILL, AbsenceKind.QUARANTINE])
def test_illness_is_registered_and_flagged(
    published: StructureVersion, zone: Unit, people: list[Person], organiser: Actor, kind: AbsenceKind
) -> None:
    away(people[0], organiser, AbsenceKind.LEAVE, 0, 5)
    away(people[1], organiser, kind, 3, 9)
    (flag,) = api.both_away(api.absences_between(zone.path, START, START + 30 * DAY), api.pairs(zone.pk))
    assert (flag.t0, flag.t1) == (START + 3 * DAY, START + 5 * DAY)
    assert flag.other_name == people[1].name


def test_a_leader_overrides_with_a_reason(
    published: StructureVersion, people: list[Person], organiser: Actor, leader: Actor
) -> None:
    away(people[0], organiser, AbsenceKind.LEAVE, 0, 5)
    with pytest.raises(Conflict):
        away(people[1], leader, AbsenceKind.TRAVEL, 1, 2, override="  ")
    row = away(people[1], leader, AbsenceKind.TRAVEL, 1, 2, override="\u7701\u91cc\u5f00\u4f1a")
    assert (row.override_reason, row.override_by_id) == ("\u7701\u91cc\u5f00\u4f1a", leader.user_id)
    plain = away(people[2], leader, AbsenceKind.TRAVEL, 1, 2, override="\u591a\u4f59")
    assert (plain.override_reason, plain.override_by) == ("", None)


@pytest.mark.parametrize(
    "role",
    [
        role
        for role in roles_with(Permission.REGISTER_ABSENCE)
        if role not in roles_with(Permission.APPROVE_ABSENCE)
    ],
)
def test_who_registers_may_not_approve(
    published: StructureVersion, people: list[Person], organiser: Actor, role: Role
) -> None:
    away(people[0], organiser, AbsenceKind.LEAVE, 0, 5)
    with pytest.raises(Refused) as error:
        away(people[1], with_role(role), AbsenceKind.LEAVE, 1, 2, override="\u6025\u4e8b")
    assert error.value.code == "both_away_refused"
    assert Absence.objects.count() == 1
