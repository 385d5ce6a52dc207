"""Failure cases of plan and assignment (command.md section 15): who gets a seat, who may not, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from pingzhan.domain.command import api
from pingzhan.domain.command.enums import GapKind
from pingzhan.domain.command.models import Gap, Seat
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.actions.common import recompute
from pingzhan.domain.organisation.enums import AbsenceKind, FindingKind
from pingzhan.domain.organisation.models import Holding, StructureVersion
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, DomainError, Invalid
from tests.domain.command.conftest import order
from tests.factories import SmallZone

Sound = Callable[[], None]


def draft_of(park: SmallZone) -> StructureVersion:
    current = organisation.published_version(park.zone.pk)
    assert current is not None
    return organisation.clone_version(version=current, by=park.root)


def publish(park: SmallZone, draft: StructureVersion) -> None:
    recompute(draft)
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)


def holder(code: str) -> str:
    seat = Seat.objects.filter(closed_at=None, post_code=code).select_related("person").first()
    return seat.person.name if seat is not None else ""


def away(park: SmallZone, name: str, duty: Actor) -> None:
    now = timezone.now()
    organisation.register_absence(
        person=park.people[name],
        kind=AbsenceKind.ILL,
        t0=now - timedelta(hours=1),
        t1=now + timedelta(days=2),
        by=duty,
    )


def test_case_09_holder_on_leave_the_substitute_comes_and_his_double_holding_is_listed(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    draft = draft_of(park)
    head = draft.posts.get(code="medical.head")
    Holding.objects.create(post=head, person=park.people["潘怀远"], rank=1)
    publish(park, draft)
    away(park, "简而清", duty)
    api.order_switch(order=order(park), by=duty)
    sound()
    assert holder("medical.head") == "潘怀远"
    seat = Seat.objects.get(closed_at=None, post_code="medical.head")
    assert (seat.chosen_by, seat.rank) == ("substitute", 1)
    gap = Gap.objects.get(kind=GapKind.SEVERAL_POSTS, resolved_at=None, person=park.people["潘怀远"])
    assert len(gap.subject["posts"]) == 2
    told = Notice.objects.filter(kind="order", subject_id=seat.pk)
    assert told.get().recipient == park.people["潘怀远"].pk
    assert "第 1 替补" in api.explain_post(park.zone, "medical.head")[0].sentence
    assert any(
        name == "简而清" and "请假或离岗" in why
        for name, why in api.explain_post(park.zone, "medical.head")[0].others
    )


def test_case_12_what_a_plan_may_not_say_is_refused_at_publishing(park: SmallZone) -> None:
    draft = draft_of(park)
    group = draft.groups.get(code="medical")
    head = draft.posts.get(code="medical.head")
    with pytest.raises(Invalid):
        organisation.add_post(
            group=group, plan=organisation.PostPlan(name="又一岗"), code="medical.head", by=park.root
        )
    with pytest.raises(Conflict):
        organisation.add_holding(post=head, person=park.people["简而清"], by=park.root)
    with pytest.raises(Conflict):
        organisation.add_holding(post=head, person=park.people["桑晓风"], by=park.root)
    # Written past the editor: two heads on one chair of the plan stop the publishing until there are two.
    Holding.objects.create(post=head, person=park.people["桑晓风"], seat_no=2, rank=0)
    with pytest.raises(Conflict) as caught:
        organisation.publish(version=draft, by=park.root)
    assert caught.value.code == "findings_open"
    assert FindingKind.SEATS_OVER_MAX in {one.kind for one in organisation.structure_findings(draft)}
    draft.posts.filter(pk=head.pk).update(max_seats=2)
    organisation.publish(version=draft, by=park.root)
    assert draft.findings.filter(kind=FindingKind.TWO_HEADS, state="open").exists()


def test_critical_finding_blocks_publishing_until_it_is_waived_by_name(park: SmallZone) -> None:
    draft = draft_of(park)
    Holding.objects.filter(post__version=draft, post__code="leading.head", rank=1).delete()
    with pytest.raises(Conflict) as caught:
        organisation.publish(version=draft, by=park.root)
    assert caught.value.code == "findings_open"
    recompute(draft)
    finding = draft.findings.get(kind=FindingKind.CRITICAL_WITHOUT_SUBSTITUTE, state="open")
    with pytest.raises(DomainError):
        organisation.waive(finding=finding, reason=" ", by=park.root)
    waived = organisation.waive(finding=finding, reason="本周内补上", by=park.root)
    assert (waived.answered_by_name, waived.reason) == (park.root.name, "本周内补上")
    organisation.publish(version=draft, by=park.root)


def test_case_13_commander_named_for_a_group_too_is_skipped_where_a_substitute_is(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    draft = draft_of(park)
    head = draft.posts.get(code="testing.head")
    draft.posts.filter(pk=head.pk).update(critical=True)
    Holding.objects.filter(post=head).update(person=park.people["安若水"])
    Holding.objects.create(post=head, person=park.people["桑晓风"], rank=1)
    publish(park, draft)
    api.order_switch(order=order(park), by=duty)
    sound()
    assert (holder("leading.head"), holder("testing.head")) == ("安若水", "桑晓风")
    assert any("已任关键岗位" in why for _n, why in api.explain_post(park.zone, "testing.head")[0].others)
    assert not Gap.objects.filter(kind=GapKind.TWO_CRITICAL, resolved_at=None).exists()


def test_case_14_segregated_post_is_left_empty_with_its_reason(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    draft = draft_of(park)
    post = draft.posts.get(code="inspection.head")
    draft.posts.filter(pk=post.pk).update(segregated_from=["coordination.head"])
    Holding.objects.filter(post=post).update(person=park.people["戴望舒"])
    publish(park, draft)
    api.order_switch(order=order(park), by=duty)
    sound()
    assert (holder("coordination.head"), holder("inspection.head")) == ("戴望舒", "")
    gap = Gap.objects.get(kind=GapKind.SEGREGATION, resolved_at=None)
    line = next(one for one in api.gap_lines([gap]))
    for words in ("戴望舒", "互斥", "安若水"):
        assert words in line.sentence
    chair = api.explain_post(park.zone, "inspection.head")[0]
    assert chair.person_id is None
    assert "互斥" in chair.sentence
    assert "安若水" in chair.sentence


def test_case_29_a_record_edited_in_sql_is_named_by_the_chain_check(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    sound()
    row = AuditRecord.objects.filter(verb="command.order_switch").get()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE audit_auditrecord SET body = jsonb_set(body, '{level}', '4') WHERE id = %s", [row.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    broken = {check.id: check.rows for check in api.check_all(only=frozenset({"I15"})) if not check.holds}
    assert [one["audit"] for one in broken["I15"]] == [row.pk]


def test_why_somebody_named_by_hand_is_here(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    api.replace_person(
        zone=park.zone,
        post_code="response.head",
        seat_no=1,
        person=park.people["谈云起"],
        reason="轮休",
        by=duty,
    )
    chair = api.explain_post(park.zone, "response.head")[0]
    assert chair.person_name == "谈云起"
    for words in ("值班甲", "轮休", "只在本次战时有效"):
        assert words in chair.sentence
    assert ("蓝田玉", "已临时指定他人") in chair.others
