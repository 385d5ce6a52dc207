"""A structure built from nothing, by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import (
    QUERY_ENTERPRISE,
    Channel,
    FindingKind,
    FindingState,
    PostPosture,
    PostRole,
)
from pingzhan.domain.organisation.models import (
    Group,
    Holding,
    Person,
    Post,
    StructureVersion,
)
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, Refused

from .conftest import head_post, with_role

NOT_EDITORS = [role for role in Role if role not in roles_with(Permission.EDIT_STRUCTURE)]
NOT_PUBLISHERS = [role for role in Role if role not in roles_with(Permission.PUBLISH_STRUCTURE)]


def open_kinds(version: StructureVersion) -> set[str]:
    return set(version.findings.filter(state=FindingState.OPEN).values_list("kind", flat=True))


def test_group_gets_the_code_duty_templates_know(draft: StructureVersion, organiser: Actor) -> None:
    codes = [
        api.add_group(version=draft, name=name, by=organiser).code
        for name in ("核酸检测组", "现场核查组", "监督核查组", "物资保供组", "宣传组")
    ]
    assert codes == ["testing", "verification", "g1", "g2", "g3"]


def test_same_group_name_is_refused(draft: StructureVersion, organiser: Actor) -> None:
    api.add_group(version=draft, name="宣传组", by=organiser)
    with pytest.raises(Invalid, match="同名的工作组"):
        api.add_group(version=draft, name="宣传组", by=organiser)


def test_renaming_a_group_renames_its_posts(leading: Group, organiser: Actor) -> None:
    api.rename_group(group=leading, name="试验开发区指挥部", by=organiser)
    post = Post.objects.get(group=leading)
    assert (post.name, post.code) == ("指挥部组长", "leading.head")


def test_substitutes_rank_in_order_and_move_up(
    leading: Group, people: list[Person], organiser: Actor
) -> None:
    post = leading.posts.get()
    api.add_holding(post=post, person=people[2], seat_no=1, by=organiser)
    first = post.holdings.get(rank=1)
    api.remove_holding(holding=first, by=organiser)
    assert [(h.rank, h.person_id) for h in post.holdings.order_by("rank")] == [
        (0, people[0].pk),
        (1, people[2].pk),
    ]


def test_no_seat_beyond_the_most(leading: Group, people: list[Person], organiser: Actor) -> None:
    with pytest.raises(Conflict, match="已经排满"):
        api.add_holding(post=leading.posts.get(), person=people[3], by=organiser)


def test_a_person_is_on_a_post_once(leading: Group, people: list[Person], organiser: Actor) -> None:
    with pytest.raises(Invalid, match="已在这一岗位上"):
        api.add_holding(post=leading.posts.get(), person=people[0], seat_no=1, by=organiser)


def test_an_empty_critical_post_and_a_missing_substitute_are_found(
    draft: StructureVersion, organiser: Actor, people: list[Person]
) -> None:
    group = api.add_group(version=draft, name="宣传组", by=organiser)
    post = head_post(group, organiser)
    assert FindingKind.POST_EMPTY in open_kinds(draft)
    api.add_holding(post=post, person=people[0], by=organiser)
    assert FindingKind.POST_EMPTY not in open_kinds(draft)
    assert FindingKind.CRITICAL_WITHOUT_SUBSTITUTE in open_kinds(draft)
    api.resolve_substitute(version=draft, post=post, person=people[1], seat_no=1, by=organiser)
    assert FindingKind.CRITICAL_WITHOUT_SUBSTITUTE not in open_kinds(draft)


def test_a_finding_that_comes_back_is_open_again(
    draft: StructureVersion, leading: Group, organiser: Actor
) -> None:
    substitute = Holding.objects.get(post__group=leading, rank=1)
    person = substitute.person
    assert person is not None
    api.remove_holding(holding=substitute, by=organiser)
    finding = draft.findings.get(kind=FindingKind.CRITICAL_WITHOUT_SUBSTITUTE)
    assert finding.state == FindingState.OPEN
    api.resolve_substitute(version=draft, post=leading.posts.get(), person=person, seat_no=1, by=organiser)
    finding.refresh_from_db()
    assert finding.state == FindingState.GONE
    api.remove_holding(holding=Holding.objects.get(post__group=leading, rank=1), by=organiser)
    finding.refresh_from_db()
    assert finding.state == FindingState.OPEN


def test_structure_kinds(
    draft: StructureVersion, leading: Group, organiser: Actor, people: list[Person]
) -> None:
    group = api.add_group(version=draft, name="宣传组", by=organiser)
    head = head_post(group, organiser, max_seats=2)
    api.add_holding(post=head, person=people[0], by=organiser)
    api.add_holding(post=head, person=people[1], by=organiser)
    member = api.add_post(
        group=group,
        plan=api.PostPlan(
            name="宣传组成员", reports_to_code="nobody.here", segregated_from=[head.code], max_seats=2
        ),
        by=organiser,
    )
    api.add_holding(post=member, person=people[1], by=organiser)
    assert {
        FindingKind.TWO_HEADS,
        FindingKind.TWO_CRITICAL,
        FindingKind.HEAD_AND_MEMBER,
        FindingKind.SEGREGATION,
        FindingKind.POST_CODE_DANGLING,
        FindingKind.NO_CONTACT,
    } <= open_kinds(draft)


def test_post_plan_is_checked(leading: Group, organiser: Actor) -> None:
    post = leading.posts.get()
    with pytest.raises(Invalid, match="席位"):
        api.change_post(post=post, plan=api.PostPlan(name="组长", min_seats=3, max_seats=2), by=organiser)
    with pytest.raises(Invalid, match="Ⅰ级至Ⅳ级"):
        api.change_post(post=post, plan=api.PostPlan(name="组长", level_at_least=5), by=organiser)
    changed = api.change_post(
        post=Post.objects.get(pk=post.pk),
        plan=api.PostPlan(
            name="组长", role=PostRole.HEAD, posture=PostPosture.EMERGENCY, level_at_least=2, critical=True
        ),
        by=organiser,
    )
    assert (changed.posture, changed.level_at_least) == ("emergency", 2)


def test_unit_and_person_must_lie_in_the_zone(leading: Group, organiser: Actor, people: list[Person]) -> None:
    other = territory.create_unit(kind=UnitKind.ZONE, code="T2", name="另一开发区", parent=None, by=organiser)
    with pytest.raises(Invalid, match="不在这个开发区里"):
        api.add_post(group=leading, plan=api.PostPlan(name="外岗", unit=other), by=organiser)
    stranger = api.add_person(home_unit=other, name="外人", by=organiser)
    post = api.add_post(group=leading, plan=api.PostPlan(name="成员"), by=organiser)
    with pytest.raises(Invalid, match="不属于这个开发区"):
        api.add_holding(post=post, person=stranger, by=organiser)
    api.change_person(person=people[5], name="葛明达", title="", active=False, by=organiser)
    with pytest.raises(Conflict, match="已不在职"):
        api.add_holding(post=post, person=people[5], by=organiser)


def test_clauses(leading: Group, organiser: Actor) -> None:
    first = api.add_clause(group=leading, text="负责研判形势。", by=organiser)
    second = api.add_clause(group=leading, text="负责制定对策。", by=organiser)
    api.change_clause(clause=first, text="负责研判形势、发现问题。", by=organiser)
    api.remove_clause(clause=second, by=organiser)
    assert [clause.text for clause in leading.clauses.all()] == ["负责研判形势、发现问题。"]


def test_enterprise_posts(
    draft: StructureVersion,
    firms: list[Unit],
    people: list[Person],
    organiser: Actor,
) -> None:
    assert api.add_enterprise_posts(version=draft, by=organiser) == 8
    with pytest.raises(Conflict):
        api.add_enterprise_posts(version=draft, by=organiser)
    codes = set(Post.objects.filter(version=draft, unit=firms[0]).values_list("code", flat=True))
    assert codes == {f"enterprise.F1.{short}" for short in ("officer", "lead", "contact", "team")}
    api.set_responsible(unit=firms[0], person=people[0], by=organiser)
    api.set_responsible(unit=firms[0], person=people[1], rank=1, by=organiser)
    rows = [row for row in api.holding_rows(draft.pk) if row.post_code == "enterprise.F1.officer"]
    assert [(row.seat_no, row.rank, row.person_id) for row in rows] == [
        (1, 0, people[0].pk),
        (1, 1, people[1].pk),
    ]


def test_a_rule_on_the_zone_gives_each_principal_a_seat_of_his_own(
    draft: StructureVersion, leading: Group, firms: list[Unit], people: list[Person], organiser: Actor
) -> None:
    post = api.add_post(group=leading, plan=api.PostPlan(name="帮包干部", max_seats=999), by=organiser)
    api.add_holding(post=post, person_query=QUERY_ENTERPRISE, by=organiser)
    for firm in firms:
        api.set_responsible(unit=firm, person=people[4], by=organiser)
    api.set_responsible(unit=firms[1], person=people[5], rank=1, by=organiser)
    rows = [row for row in api.holding_rows(draft.pk) if row.post_id == post.pk]
    assert [(row.seat_no, row.rank, row.person_id) for row in rows] == [
        (1000 + people[4].pk, 0, people[4].pk)
    ]
    assert {row.person_id for row in api.resolve_query(QUERY_ENTERPRISE, [firms[1].path])} == {
        people[4].pk,
        people[5].pk,
    }


@pytest.mark.parametrize("role", NOT_EDITORS)
def test_roles_that_may_not_edit(
    zone: Unit, draft: StructureVersion, leading: Group, people: list[Person], role: Role
) -> None:
    by = with_role(role)
    post = leading.posts.get()
    contact = api.add_contact(person=people[0], channel=Channel.PHONE, address="1", by=system_actor("x"))
    attempts: list[Callable[[], object]] = [
        lambda: api.create_draft(zone=zone, title="x", by=by),
        lambda: api.change_draft(version=draft, title="x", basis_doc="", by=by),
        lambda: api.discard_draft(version=draft, by=by),
        lambda: api.clone_version(version=draft, by=by),
        lambda: api.add_group(version=draft, name="x", by=by),
        lambda: api.rename_group(group=leading, name="x", by=by),
        lambda: api.remove_group(group=leading, by=by),
        lambda: api.add_post(group=leading, plan=api.PostPlan(name="x"), by=by),
        lambda: api.change_post(post=post, plan=api.PostPlan(name="x"), by=by),
        lambda: api.remove_post(post=post, by=by),
        lambda: api.add_holding(post=post, person=people[0], by=by),
        lambda: api.replace_holder(holding=post.holdings.all()[0], person=people[5], by=by),
        lambda: api.remove_holding(holding=post.holdings.all()[0], by=by),
        lambda: api.add_clause(group=leading, text="x", by=by),
        lambda: api.add_enterprise_posts(version=draft, by=by),
        lambda: api.deputies_stand_in(version=draft, by=by),
        lambda: api.resolve_substitute(version=draft, post=post, person=people[6], seat_no=1, by=by),
        lambda: api.add_person(home_unit=zone, name="x", by=by),
        lambda: api.change_person(person=people[0], name="x", title="", by=by),
        lambda: api.add_contact(person=people[0], channel=Channel.PHONE, address="2", by=by),
        lambda: api.add_contacts(rows=[(people[0], Channel.PHONE, "2")], by=by),
        lambda: api.set_responsible(unit=zone, person=people[0], by=by),
        lambda: api.link_account(person=people[0], user=None, by=by),
        lambda: api.remove_contact(contact=contact, by=by),
    ]
    before = AuditRecord.objects.count()
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize("role", NOT_PUBLISHERS)
def test_roles_that_may_not_publish_or_waive(draft: StructureVersion, leading: Group, role: Role) -> None:
    by = with_role(role)
    with pytest.raises(Refused):
        api.publish(version=draft, by=by)
    finding = draft.findings.all()[0]
    with pytest.raises(Refused):
        api.waive(finding=finding, reason="x", by=by)


def test_editing_ends_at_the_zone(zone: Unit, draft: StructureVersion) -> None:
    other = with_role(Role.ORGANISER, "/999999/")
    with pytest.raises(Refused):
        api.add_group(version=draft, name="x", by=other)
    assert not api.visible_to(other).exists()


def test_drafts_are_seen_by_editors_and_publishers_only(
    published: StructureVersion, organiser: Actor
) -> None:
    second = api.clone_version(version=published, by=organiser)
    assert set(api.visible_to(organiser)) == {published, second}
    assert set(api.visible_to(with_role(Role.LEADER))) == {published, second}
    assert set(api.visible_to(with_role(Role.OFFICIAL))) == {published}
    assert not api.visible_to(with_role(Role.COMPANY)).exists()
