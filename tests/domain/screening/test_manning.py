"""Members of sampling teams and exemptions: nobody twice at a time, by right only, and what is refused says where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ExemptReason, MemberKind, MemberRole
from pingzhan.domain.screening.models import Exemption, SamplingTeam, TeamMember
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import DomainError
from tests.domain.people.crowd import Park, acting, hire


@pytest.fixture
def person(park: Park) -> Person:
    return Person.objects.create(name="\u8d1d\u6811\u9752", home_unit=park.zone)


@pytest.fixture
def worker(park: Park) -> Employment:
    return hire(park.firms[0], no="A1")


def join(team: SamplingTeam, person: Person, by: Actor) -> TeamMember:
    return screening.add_member(
        team=team, person=person, kind=MemberKind.MEDICAL, role=MemberRole.SAMPLER, by=by
    )


def exempt(park: Park, *, by: Actor | None = None, first: int = 0, last: int = 3, **more: Any) -> Exemption:
    """An exemption of the first enterprise, its days counted from the business day of now."""
    today = business_now()[1]
    values: dict[str, Any] = {"number": "A1", "reason": ExemptReason.MEDICAL}
    return screening.add_exemption(
        enterprise=park.firms[0].unit, since=today + timedelta(days=first), until=today + timedelta(days=last),
        by=by or park.firms[0].contact, **(values | more),
    )  # fmt: skip


def test_somebody_is_in_one_team_at_a_time(
    park: Park, planner: Actor, teams: list[SamplingTeam], person: Person
) -> None:
    member = join(teams[0], person, planner)
    with pytest.raises(DomainError) as error:
        join(teams[1], person, planner)
    assert (error.value.place, teams[0].name in error.value.message) == ("person", True)
    screening.end_member(member=member, by=planner)
    with pytest.raises(DomainError):
        screening.end_member(member=member, by=planner)
    assert join(teams[1], person, planner).t1 is None
    assert [one.team_id for one in screening.members_visible_to(planner).filter(t1__isnull=True)] == [
        teams[1].pk
    ]
    assert AuditRecord.objects.filter(verb__startswith="screening.member").count() == 3


def test_who_cannot_be_a_member(
    park: Park, planner: Actor, teams: list[SamplingTeam], person: Person
) -> None:
    Person.objects.filter(pk=person.pk).update(active=False)
    with pytest.raises(DomainError):
        join(teams[0], person, planner)
    Person.objects.filter(pk=person.pk).update(active=True)
    SamplingTeam.objects.filter(pk=teams[0].pk).update(active=False)
    with pytest.raises(DomainError):
        join(teams[0], person, planner)
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize("role", [Role.COMPANY, Role.LEADER, Role.DUTY_OFFICER, Role.SAMPLER, Role.AUDITOR])
def test_who_may_not_keep_members(
    park: Park, planner: Actor, teams: list[SamplingTeam], person: Person, role: Role
) -> None:
    by = acting(role, park.zone.path)
    with pytest.raises(DomainError):
        join(teams[0], person, by)
    member = join(teams[0], person, planner)
    with pytest.raises(DomainError):
        screening.end_member(member=member, by=by)


def test_an_exemption_counts_until_it_is_withdrawn(park: Park, worker: Employment) -> None:
    made = exempt(park)
    for first, last in ((0, 0), (3, 9), (-2, 0)):
        with pytest.raises(DomainError) as error:
            exempt(park, first=first, last=last)
        assert error.value.place == "since"
    exempt(park, first=4, last=9)
    screening.withdraw_exemption(exemption=made, by=park.firms[0].contact)
    with pytest.raises(DomainError):
        screening.withdraw_exemption(exemption=made, by=park.firms[0].contact)
    assert exempt(park, first=1, last=2).withdrawn_at is None
    bodies = AuditRecord.objects.filter(verb="screening.exempted").values_list("body", flat=True)
    assert all("reason" not in body for body in bodies)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"number": "B9"}, "number"),
        ({"number": " "}, "number"),
        ({"first": 3, "last": 2}, "until"),
        ({"last": 60}, "until"),
        ({"first": -8}, "since"),
        ({"reason": ExemptReason.OTHER}, "note"),
        ({"note": "13800000000"}, "note"),
    ],
)
def test_what_cannot_be_is_refused_with_the_place(
    park: Park, worker: Employment, wrong: dict[str, Any], place: str
) -> None:
    with pytest.raises(DomainError) as error:
        exempt(park, **wrong)
    assert error.value.place == place
    assert not Exemption.objects.exists()


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.LEADER, Role.DUTY_OFFICER, Role.SAMPLER, Role.AUDITOR])
def test_who_may_not_register_exemptions(park: Park, worker: Employment, role: Role) -> None:
    by = acting(role, park.zone.path)
    with pytest.raises(DomainError):
        exempt(park, by=by)
    made = exempt(park)
    with pytest.raises(DomainError):
        screening.withdraw_exemption(exemption=made, by=by)
    with pytest.raises(DomainError):
        screening.withdraw_exemption(exemption=made, by=park.firms[1].contact)
