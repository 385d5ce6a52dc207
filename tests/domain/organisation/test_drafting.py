"""From a notice as read to a draft, and the answers to the questions it leaves. All names are invented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.actions.drafting import (
    Notice,
    NoticeClause,
    NoticeEntry,
    NoticeFinding,
    NoticeGroup,
    fill_draft,
)
from pingzhan.domain.organisation.actions.versions import open_draft
from pingzhan.domain.organisation.enums import (
    CLASS_MAX_SEATS,
    QUERY_ENTERPRISE,
    QUERY_PROJECT,
    FindingKind,
    FindingState,
)
from pingzhan.domain.organisation.models import Finding, Holding, Person, Post, StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import Conflict, Invalid, Refused

from .conftest import with_role

#: Group, role, name, title; an empty name is a class of persons.
ROWS = [
    ("领导小组", "组长", "安若水", "主任"),
    ("领导小组", "副组长", "白景行", "副主任"),
    ("领导小组", "成员", "葛明", "组织部部长"),
    ("领导小组", "成员", "葛明", "税务分局副局长"),
    ("领导小组", "成员", "程与之", "经贸局局长"),
    ("监督核查组", "组长", "程与之", ""),
    ("监督核查组", "组长", "戴望", ""),
    ("监督核查组", "副组长", "方可健", ""),
    ("监督核查组", "副组长", "何以宁", ""),
    ("监督核查组", "组员", "", "各包企责任人、包项目责任人"),
    ("医疗保障组", "组长", "葛明", ""),
    ("医疗保障组", "副组长", "方可建", ""),
    ("医疗保障组", "联络员", "简而清", ""),
]
TEXT = "、".join(name or title for _group, _role, name, title in ROWS)


def notice() -> Notice:
    spans: list[tuple[int, int]] = []
    at = 0
    for _group, _role, name, title in ROWS:
        word = name or title
        spans.append((at, at + len(word)))
        at += len(word) + 1
    groups = []
    for group in dict.fromkeys(row[0] for row in ROWS):
        entries = tuple(
            NoticeEntry(role, name, title if name else "", "" if name else title, *spans[n])
            for n, (where, role, name, title) in enumerate(ROWS)
            if where == group
        )
        groups.append(
            NoticeGroup(group, group == "领导小组", entries, (NoticeClause(f"负责{group}的事。", 0, 3),))
        )
    labels = ["领导小组成员（组织部部长）", "领导小组成员（税务分局副局长）", "医疗保障组组长"]
    findings = (
        NoticeFinding(
            FindingKind.SAME_NAME,
            "same_name:葛明",
            {"name": "葛明", "labels": labels},
            (spans[2], spans[3], spans[10]),
        ),
        NoticeFinding(
            FindingKind.SIMILAR_NAME,
            "similar_name:方可健:方可建",
            {"names": ["方可健", "方可建"], "labels": ["监督核查组副组长", "医疗保障组副组长"]},
            (spans[7], spans[11]),
        ),
        NoticeFinding(
            FindingKind.CLASS_UNRESOLVED,
            "class_unresolved:9",
            {"text": ROWS[9][3], "label": "监督核查组组员"},
            (spans[9],),
        ),
        NoticeFinding(
            FindingKind.PERSON_WITHOUT_POST,
            "person_without_post:葛明",
            {"label": "葛明", "certain": False},
            (spans[2], spans[3]),
        ),
        NoticeFinding(FindingKind.NO_SUBSTITUTE, "no_substitute", {}, ()),
        NoticeFinding(FindingKind.ONE_LIST_ONLY, "one_list_only", {}, ()),
    )
    return Notice("试验意见", TEXT, tuple(groups), findings, (), {})


@pytest.fixture
def read(zone: Unit, organiser: Actor) -> StructureVersion:
    version = open_draft(zone=zone, title="试验意见", basis_doc="", by=organiser, source_text=TEXT)
    fill_draft(version, notice())
    return version


def finding(version: StructureVersion, kind: FindingKind) -> Finding:
    return version.findings.get(kind=kind)


def holder_of(version: StructureVersion, n: int) -> Person | None:
    holding = version.entries.select_related("holding__person").get(n=n).holding
    assert holding is not None
    return holding.person


def test_one_post_per_group_and_role_with_a_seat_per_entry(read: StructureVersion) -> None:
    posts = {
        post.code: (post.name, post.min_seats, post.critical) for post in Post.objects.filter(version=read)
    }
    assert posts == {
        "leading.head": ("领导小组组长", 1, True),
        "leading.deputy": ("领导小组副组长", 1, False),
        "leading.member": ("领导小组成员", 3, False),
        "verification.head": ("监督核查组组长", 2, True),
        "verification.deputy": ("监督核查组副组长", 2, False),
        "verification.member": ("监督核查组组员", 1, False),
        "medical.head": ("医疗保障组组长", 1, True),
        "medical.deputy": ("医疗保障组副组长", 1, False),
        "medical.liaison": ("医疗保障组联络员", 1, False),
    }
    above = dict(Post.objects.filter(version=read).values_list("code", "reports_to_code"))
    assert above["medical.head"] == "leading.head"
    assert above["medical.liaison"] == "medical.head"
    assert above["leading.head"] == ""


def test_persons_are_provisional_and_same_names_not_merged(read: StructureVersion) -> None:
    assert Person.objects.filter(provisional=True, active=False).count() == 10
    first, second, third = (holder_of(read, n) for n in (3, 4, 11))
    assert first is not None
    assert second is not None
    assert first != second
    assert third is None
    assert holder_of(read, 5) == holder_of(read, 6)


def test_places_of_findings_are_in_the_text(read: StructureVersion) -> None:
    places = finding(read, FindingKind.SAME_NAME).places
    assert [TEXT[p["start"] : p["end"]] for p in places] == ["葛明"] * 3
    assert finding(read, FindingKind.SAME_NAME).subject["entries"] == [3, 4, 11]


def test_same_name_answered_which_one(read: StructureVersion, organiser: Actor) -> None:
    question = finding(read, FindingKind.SAME_NAME)
    api.resolve_same_name(finding=question, same_as={11: 3}, by=organiser)
    assert holder_of(read, 11) == holder_of(read, 3)
    assert holder_of(read, 11) != holder_of(read, 4)
    question.refresh_from_db()
    assert (question.state, question.answered_by_name) == (FindingState.ANSWERED, "苏文静")
    without = finding(read, FindingKind.PERSON_WITHOUT_POST)
    assert without.subject["entries"] == [4]
    assert "税务分局副局长" in without.sentence
    assert "没有工作组岗位" in without.sentence
    with pytest.raises(Conflict, match="苏文静"):
        api.resolve_same_name(finding=question, same_as={}, by=organiser)


def test_same_name_answered_all_different(read: StructureVersion, organiser: Actor) -> None:
    api.resolve_same_name(finding=finding(read, FindingKind.SAME_NAME), same_as={}, by=organiser)
    assert len({holder_of(read, n) for n in (3, 4, 11)}) == 3
    assert finding(read, FindingKind.PERSON_WITHOUT_POST).subject["entries"] == [3, 4]


def test_same_name_answered_all_one_person(read: StructureVersion, organiser: Actor) -> None:
    api.resolve_same_name(finding=finding(read, FindingKind.SAME_NAME), same_as={4: 3, 11: 4}, by=organiser)
    assert len({holder_of(read, n) for n in (3, 4, 11)}) == 1
    member = Post.objects.get(version=read, code="leading.member")
    assert (member.min_seats, member.max_seats) == (2, 2)
    assert list(member.holdings.order_by("seat_no").values_list("seat_no", flat=True)) == [1, 2]
    assert finding(read, FindingKind.PERSON_WITHOUT_POST).state == FindingState.GONE
    assert Person.objects.filter(name="葛明").count() == 1


def test_same_name_refuses_entries_of_others(read: StructureVersion, organiser: Actor) -> None:
    with pytest.raises(Invalid):
        api.resolve_same_name(finding=finding(read, FindingKind.SAME_NAME), same_as={11: 1}, by=organiser)


def test_similar_names_one_person(read: StructureVersion, organiser: Actor) -> None:
    question = finding(read, FindingKind.SIMILAR_NAME)
    with pytest.raises(Invalid, match="哪一个写法"):
        api.resolve_similar(finding=question, same=True, by=organiser)
    api.resolve_similar(finding=question, same=True, keep=8, by=organiser)
    person = holder_of(read, 12)
    assert person is not None
    assert (person, person.name) == (holder_of(read, 8), "方可健")
    assert not Person.objects.filter(name="方可建").exists()


def test_similar_names_two_persons(read: StructureVersion, organiser: Actor) -> None:
    api.resolve_similar(finding=finding(read, FindingKind.SIMILAR_NAME), same=False, by=organiser)
    assert holder_of(read, 12) != holder_of(read, 8)


def test_class_by_rules_and_persons(
    read: StructureVersion, organiser: Actor, people: list[Person], firms: list[Unit]
) -> None:
    question = finding(read, FindingKind.CLASS_UNRESOLVED)
    with pytest.raises(Invalid, match="至少选择"):
        api.resolve_class(finding=question, by=organiser)
    with pytest.raises(Invalid, match="人员规则"):
        api.resolve_class(finding=question, queries=["everybody"], by=organiser)
    api.resolve_class(
        finding=question, queries=[QUERY_ENTERPRISE, QUERY_PROJECT], persons=[people[0]], by=organiser
    )
    post = Post.objects.get(version=read, code="verification.member")
    assert post.max_seats == CLASS_MAX_SEATS
    assert [(h.seat_no, h.person_query, h.person_id) for h in post.holdings.order_by("seat_no")] == [
        (1, QUERY_ENTERPRISE, None),
        (2, QUERY_PROJECT, None),
        (3, "", people[0].pk),
    ]
    api.set_responsible(unit=firms[0], person=people[2], by=organiser)
    assert [(row.seat_no, row.person_id) for row in api.holding_rows(read.pk) if row.post_id == post.pk] == [
        (3, people[0].pk),
        (1000 + people[2].pk, people[2].pk),
    ]


def test_deputies_stand_in_by_one_click(read: StructureVersion, organiser: Actor) -> None:
    assert api.deputies_stand_in(version=read, by=organiser) == 3
    head = Post.objects.get(version=read, code="verification.head")
    assert [
        (h.seat_no, h.rank, h.person.name if h.person else "")
        for h in head.holdings.order_by("seat_no", "rank")
    ] == [(1, 0, "程与之"), (1, 1, "方可健"), (2, 0, "戴望"), (2, 1, "何以宁")]
    assert finding(read, FindingKind.NO_SUBSTITUTE).state == FindingState.ANSWERED
    # The medical group's head is in question, so its deputy waits for the answer.
    api.resolve_same_name(finding=finding(read, FindingKind.SAME_NAME), same_as={11: 3}, by=organiser)
    assert api.deputies_stand_in(version=read, by=organiser) == 1


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.EDIT_STRUCTURE)])
def test_roles_that_may_not_answer(read: StructureVersion, people: list[Person], role: Role) -> None:
    by = with_role(role)
    same, similar = finding(read, FindingKind.SAME_NAME), finding(read, FindingKind.SIMILAR_NAME)
    meant = finding(read, FindingKind.CLASS_UNRESOLVED)
    attempts: list[Callable[[], object]] = [
        lambda: api.resolve_same_name(finding=same, same_as={}, by=by),
        lambda: api.resolve_similar(finding=similar, same=False, by=by),
        lambda: api.resolve_class(finding=meant, queries=[QUERY_ENTERPRISE], by=by),
        lambda: api.choose_person(finding=same, person=people[0], by=by),
        lambda: api.deputies_stand_in(version=read, by=by),
        lambda: api.fill_posts(version=read, holders={"leading.head": people[0]}, by=by),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert not read.findings.exclude(state=FindingState.OPEN).exists()


def test_an_answer_must_fit_its_question(read: StructureVersion, organiser: Actor) -> None:
    with pytest.raises(Invalid, match="不适用"):
        api.resolve_similar(finding=finding(read, FindingKind.SAME_NAME), same=False, by=organiser)


def test_a_waived_question_can_still_be_answered(read: StructureVersion, organiser: Actor) -> None:
    question = finding(read, FindingKind.SIMILAR_NAME)
    api.waive(finding=question, reason="待查", by=organiser)
    with pytest.raises(Conflict):
        api.waive(finding=question, reason="再来", by=organiser)
    api.resolve_similar(finding=question, same=False, by=organiser)
    question.refresh_from_db()
    assert (question.state, question.reason) == (FindingState.ANSWERED, "")


def test_from_notice_to_published(read: StructureVersion, organiser: Actor) -> None:
    with pytest.raises(Conflict):
        api.publish(version=read, by=organiser)
    api.resolve_same_name(finding=finding(read, FindingKind.SAME_NAME), same_as={11: 3}, by=organiser)
    api.resolve_similar(finding=finding(read, FindingKind.SIMILAR_NAME), same=False, by=organiser)
    api.resolve_class(
        finding=finding(read, FindingKind.CLASS_UNRESOLVED), queries=[QUERY_ENTERPRISE], by=organiser
    )
    api.deputies_stand_in(version=read, by=organiser)
    published = api.publish(version=read, by=organiser)
    assert api.is_unchanged(published)
    assert not Person.objects.filter(provisional=True).exists()
    assert Person.objects.filter(active=True).count() == 10


def test_next_notice_links_known_persons_and_asks_about_namesakes(
    read: StructureVersion, zone: Unit, organiser: Actor
) -> None:
    test_from_notice_to_published(read, organiser)
    api.add_person(home_unit=zone, name="戴望", by=organiser)
    second = open_draft(zone=zone, title="第二次", basis_doc="", by=organiser, source_text=TEXT)
    fill_draft(second, notice())
    assert not Person.objects.filter(provisional=True).exists()
    assert [holder_of(second, n) for n in (1, 2, 3, 4, 5)] == [holder_of(read, n) for n in (1, 2, 3, 4, 5)]
    question = second.findings.get(kind=FindingKind.NAME_CHOICE)
    assert question.subject["name"] == "戴望"
    assert holder_of(second, 7) is None
    with pytest.raises(Invalid):
        api.choose_person(finding=question, person=holder_of(second, 1), by=organiser)
    wanted = Person.objects.filter(name="戴望").latest("id")
    api.choose_person(finding=question, person=wanted, by=organiser)
    assert holder_of(second, 7) == wanted


def test_discarding_removes_only_what_the_draft_named(
    zone: Unit, organiser: Actor, people: list[Person]
) -> None:
    version = open_draft(zone=zone, title="试验意见", basis_doc="", by=organiser, source_text=TEXT)
    fill_draft(version, notice())
    api.discard_draft(version=version, by=organiser)
    assert set(Person.objects.all()) == set(people)


def test_open_places_survive_hand_editing(read: StructureVersion, organiser: Actor) -> None:
    """Questions of the document stay until answered; those the edit cures are gone."""
    holding = Holding.objects.get(post__version=read, post__code="verification.head", seat_no=2)
    api.remove_holding(holding=holding, by=organiser)
    kinds: dict[str, Any] = dict(read.findings.values_list("kind", "state"))
    assert kinds[FindingKind.SAME_NAME] == FindingState.OPEN
    assert kinds[FindingKind.ONE_LIST_ONLY] == FindingState.OPEN
