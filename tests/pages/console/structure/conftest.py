"""A zone with a published version and one signed-in person per role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import GroupKind, PostRole
from pingzhan.domain.organisation.models import Person, StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User

SignIn = Callable[[Role], Client]


@pytest.fixture
def root() -> Actor:
    return system_actor("测试")


@pytest.fixture
def zone(db: None, root: Actor) -> Unit:
    return territory.create_unit(kind=UnitKind.ZONE, code="TZ", name="试验开发区", parent=None, by=root)


@pytest.fixture
def people(zone: Unit, root: Actor) -> list[Person]:
    return [
        api.add_person(home_unit=zone, name=name, by=root)
        for name in ("安若水", "白景行", "程与之", "方可行")
    ]


@pytest.fixture
def published(zone: Unit, people: list[Person], root: Actor) -> StructureVersion:
    draft = api.create_draft(zone=zone, title="试验指挥体系", by=root)
    group = api.add_group(version=draft, name="领导小组", kind=GroupKind.LEADING, by=root)
    plan = api.PostPlan(name="领导小组组长", role=PostRole.HEAD, critical=True)
    head = api.add_post(group=group, plan=plan, by=root)
    api.add_holding(post=head, person=people[0], by=root)
    api.add_holding(post=head, person=people[1], seat_no=1, by=root)
    api.add_clause(group=group, text="负责研判形势。", by=root)
    return api.publish(version=draft, by=root)


@pytest.fixture
def draft(published: StructureVersion, root: Actor) -> StructureVersion:
    return api.clone_version(version=published, by=root)


@pytest.fixture
def sign_in(db: None) -> SignIn:
    def signed(role: Role) -> Client:
        user = User.objects.create_user(f"u-{role}", name="某人")
        RoleGrant.objects.create(user=user, role=role, unit_path="/")
        client = Client()
        client.force_login(user)
        return client

    return signed
