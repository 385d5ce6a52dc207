"""A small invented zone: seven groups, two enterprises, a published structure, people with and without posts."""

from __future__ import annotations

from dataclasses import dataclass, field

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel, GroupKind, PostRole, ResponsibilityKind
from pingzhan.domain.organisation.models import (
    Clause,
    Group,
    Holding,
    Person,
    Post,
    Responsibility,
    StructureVersion,
)
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories.accounts import account

GROUPS = {
    "coordination": "综合协调组",
    "verification": "监督核查组",
    "testing": "核酸检测组",
    "inspection": "督导检查组",
    "medical": "医疗保障组",
    "response": "应急处置组",
}
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


def _posts(draft: StructureVersion, people: dict[str, Person]) -> dict[str, Post]:
    """Write groups, clauses, posts and holders of a draft in a few statements: tests build many zones."""
    leading = Group(version=draft, name="试验领导小组", code="leading", kind=GroupKind.LEADING, sort=0)
    works = [
        Group(version=draft, name=name, code=code, kind=GroupKind.WORK, sort=n)
        for n, (code, name) in enumerate(GROUPS.items(), start=1)
    ]
    Group.objects.bulk_create([leading, *works])
    Clause.objects.bulk_create(
        Clause(version=draft, group=group, n=1, text=f"负责{group.name}的日常工作") for group in works
    )
    plan = [
        (leading, role, name)
        for role, name in zip((PostRole.HEAD, PostRole.DEPUTY, PostRole.MEMBER), LEADERS, strict=True)
    ]
    for group, head, member in zip(works, HEADS, MEMBERS, strict=True):
        plan += [(group, PostRole.HEAD, head), (group, PostRole.MEMBER, member)]
    posts = [
        Post(
            version=draft,
            group=group,
            code=f"{group.code}.{role}",
            name=f"{group.name}{role.label}",
            role=role,
            unit=draft.zone,
            critical=group is leading and role == PostRole.HEAD,
            sort=n,
        )
        for n, (group, role, _name) in enumerate(plan)
    ]
    Post.objects.bulk_create(posts)
    Holding.objects.bulk_create(
        Holding(post=post, person=people[name])
        for post, (_group, _role, name) in zip(posts, plan, strict=True)
    )
    # The one critical post has a substitute, else nothing could be published.
    Holding.objects.create(post=posts[0], person=people[LEADERS[1]], rank=1)
    return {post.code: post for post in posts}


def small_zone(*, publish: bool = True) -> SmallZone:
    """Build the zone; the structure is published through the action of the product.

    Leading group with a head (the deputy is his substitute), a deputy and a member; six groups with a head
    and a member each; two officials without a post; two enterprises with a responsible official each.
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
        name: Person(name=name, sort_key=f"{n:02d}", home_unit=zone)
        for n, name in enumerate((*LEADERS, *HEADS, *MEMBERS, *SPARE))
    }
    Person.objects.bulk_create(people.values())
    organisation.add_contacts(
        rows=[(person, Channel.PHONE, f"1390000{n:04d}") for n, person in enumerate(people.values())],
        by=root,
    )
    Responsibility.objects.bulk_create(
        Responsibility(unit=firm, person=people[name], kind=ResponsibilityKind.ENTERPRISE)
        for firm, name in zip(firms, MEMBERS, strict=False)
    )
    draft = organisation.create_draft(zone=zone, title="试验指挥体系", by=root)
    posts = _posts(draft, people)
    if publish:
        draft = organisation.publish(version=draft, by=root)
    return SmallZone(zone, area, firms, draft, people, posts, root)
