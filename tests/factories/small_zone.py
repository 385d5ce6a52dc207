"""A small invented zone: seven groups, two enterprises, a published structure, people with and without posts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel, GroupKind, PostRole, ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Post, StructureVersion
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories.accounts import account

GROUPS = ("综合协调组", "监督核查组", "核酸检测组", "督导检查组", "医疗保障组", "应急处置组")
LEADERS = ("安若水", "白景行", "程与之")
HEADS = ("戴望舒", "方可行", "葛明达", "何以宁", "简而清", "蓝田玉")
MEMBERS = ("梅映雪", "倪清和", "欧阳溪", "潘怀远", "祁连山", "任知秋")
SPARE = ("桑晓风", "谈云起")


@dataclass
class SmallZone:
    """What a test needs of the zone: units, persons by name, posts by code, accounts by role."""

    zone: Unit
    area: Unit
    firms: list[Unit]
    version: StructureVersion
    people: dict[str, Person]
    posts: dict[str, Post]
    root: Actor
    accounts: dict[str, User] = field(default_factory=dict)

    def person_account(self, name: str, *roles: Role) -> User:
        """Return a new account tied to this person, an official's unless roles are given."""
        user = account(*(roles or (Role.OFFICIAL,)), name=name)
        person = self.people[name]
        Person.objects.filter(pk=person.pk).update(account=user)
        person.refresh_from_db()
        self.accounts[name] = user
        return user


def small_zone(*, publish: bool = True) -> SmallZone:
    """Build the zone through the actions of the product.

    Leading group with a head, a deputy and a member; six groups with a head and a member each; two officials
    without a post; two enterprises with a responsible official each, both 祁连山's first substitute open.
    """
    root = system_actor("测试")
    zone = territory.create_unit(kind=UnitKind.ZONE, code="TZ", name="试验开发区", parent=None, by=root)
    area = territory.create_unit(kind=UnitKind.AREA, code="TZ-E", name="东片区", parent=zone, by=root)
    firms = [
        territory.create_unit(
            kind=UnitKind.ENTERPRISE, code=f"F{n}", name=f"试验{n}厂", parent=area, by=root, headcount=40 * n
        )
        for n in (1, 2)
    ]
    people = {
        name: organisation.add_person(home_unit=zone, name=name, by=root)
        for name in (*LEADERS, *HEADS, *MEMBERS, *SPARE)
    }
    for n, person in enumerate(people.values()):
        organisation.add_contact(
            person=person, channel=Channel.PHONE, address=f"1390000{n:04d}", by=root
        )
    for firm, name in zip(firms, MEMBERS, strict=False):
        organisation.set_responsible(
            unit=firm, person=people[name], kind=ResponsibilityKind.ENTERPRISE, rank=0, by=root
        )
    draft = organisation.create_draft(zone=zone, title="试验指挥体系", by=root)
    posts: dict[str, Post] = {}
    leading = organisation.add_group(version=draft, name="试验领导小组", kind=GroupKind.LEADING, by=root)
    for role, name, critical in (
        (PostRole.HEAD, LEADERS[0], True),
        (PostRole.DEPUTY, LEADERS[1], False),
        (PostRole.MEMBER, LEADERS[2], False),
    ):
        plan = organisation.PostPlan(name=f"领导小组{role.label}", role=role, critical=critical)
        post = organisation.add_post(group=leading, plan=plan, by=root)
        organisation.add_holding(post=post, person=people[name], by=root)
        posts[post.code] = post
    for group_name, head, member in zip(GROUPS, HEADS, MEMBERS, strict=True):
        group = organisation.add_group(version=draft, name=group_name, by=root)
        organisation.add_clause(group=group, text=f"负责{group_name}的日常工作", by=root)
        for role, name in ((PostRole.HEAD, head), (PostRole.MEMBER, member)):
            plan = organisation.PostPlan(name=f"{group_name}{role.label}", role=role)
            post = organisation.add_post(group=group, plan=plan, by=root)
            organisation.add_holding(post=post, person=people[name], by=root)
            posts[post.code] = post
    if publish:
        for finding in draft.findings.filter(state="open", severity="critical"):
            organisation.waive(finding=finding, reason="试验用", by=root)
        draft = organisation.publish(version=draft, by=root)
    return SmallZone(zone, area, firms, draft, people, posts, root)
