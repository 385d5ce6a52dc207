"""A zone with two enterprises, a draft built by hand, and people who may and may not change it."""

from __future__ import annotations

import pytest

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import GroupKind, PostRole
from pingzhan.domain.organisation.models import Group, Person, Post, StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User


def with_role(role: Role, path: str = "/", user: User | None = None) -> Actor:
    """An actor with one role."""
    return Actor(
        kind="user",
        user_id=user.pk if user else None,
        person_id=None,
        name=user.name if user else "某人",
        grants=((role, path),),
    )


@pytest.fixture
def organiser(db: None) -> Actor:
    user = User.objects.create_user("bianzhi", name="苏文静")
    return with_role(Role.ORGANISER, user=user)


@pytest.fixture
def zone(db: None, organiser: Actor) -> Unit:
    return territory.create_unit(
        kind=UnitKind.ZONE,
        code="TZ",
        name="试验开发区",
        parent=None,
        by=with_role(Role.ORGANISER),
    )


@pytest.fixture
def firms(zone: Unit, organiser: Actor) -> list[Unit]:
    return [
        territory.create_unit(
            kind=UnitKind.ENTERPRISE, code=f"F{n}", name=f"试验{n}厂", parent=zone, by=organiser
        )
        for n in (1, 2)
    ]


@pytest.fixture
def people(zone: Unit, organiser: Actor) -> list[Person]:
    names = ["安若水", "白景行", "程与之", "戴望舒远", "方可行", "葛明达", "何以宁", "简而清"]
    return [api.add_person(home_unit=zone, name=name, by=organiser) for name in names]


@pytest.fixture
def draft(zone: Unit, organiser: Actor) -> StructureVersion:
    return api.create_draft(zone=zone, title="试验指挥体系", by=organiser)


def head_post(group: Group, by: Actor, **more: object) -> Post:
    plan = api.PostPlan(name=f"{group.name}组长", role=PostRole.HEAD, critical=True, **more)  # type: ignore[arg-type]
    return api.add_post(group=group, plan=plan, by=by)


@pytest.fixture
def leading(draft: StructureVersion, organiser: Actor, people: list[Person]) -> Group:
    """The leading group with a head and one substitute."""
    group = api.add_group(version=draft, name="试验领导小组", kind=GroupKind.LEADING, by=organiser)
    head = head_post(group, organiser)
    api.add_holding(post=head, person=people[0], by=organiser)
    api.add_holding(post=head, person=people[1], seat_no=1, by=organiser)
    return group


@pytest.fixture
def published(draft: StructureVersion, leading: Group, organiser: Actor) -> StructureVersion:
    return api.publish(version=draft, by=organiser)
