"""Publishing: refused while questions are open, immutable ever after, succeeded by the next version."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from pingzhan.domain.organisation import api, events
from pingzhan.domain.organisation.enums import FindingKind, FindingState, VersionStatus
from pingzhan.domain.organisation.models import (
    Clause,
    Group,
    Holding,
    Person,
    Post,
    StructureVersion,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Conflict, Invalid


def test_publish_needs_a_leading_group(draft: StructureVersion, organiser: Actor) -> None:
    with pytest.raises(Conflict, match="领导小组"):
        api.publish(version=draft, by=organiser)


def test_publish_is_refused_while_a_critical_finding_is_open(
    draft: StructureVersion, leading: Group, organiser: Actor
) -> None:
    api.remove_holding(holding=Holding.objects.get(post__group=leading, rank=1), by=organiser)
    with pytest.raises(Conflict, match="1 个严重问题") as caught:
        api.publish(version=draft, by=organiser)
    assert caught.value.code == "findings_open"
    finding = draft.findings.get(kind=FindingKind.CRITICAL_WITHOUT_SUBSTITUTE)
    with pytest.raises(Invalid, match="理由"):
        api.waive(finding=finding, reason="  ", by=organiser)
    api.waive(finding=finding, reason="副职正在任命", by=organiser)
    published = api.publish(version=draft, by=organiser)
    assert published.status == VersionStatus.PUBLISHED
    finding.refresh_from_db()
    assert (finding.state, finding.answered_by_name) == (FindingState.WAIVED, "苏文静")


def test_published_hash_holds(published: StructureVersion) -> None:
    assert len(published.sha256) == 64
    assert api.is_unchanged(published)
    assert api.published_version(published.zone_id) == published


def _attempts(version: StructureVersion) -> list[Any]:
    group = version.groups.all()[0]
    post = group.posts.all()[0]
    return [
        lambda: StructureVersion.objects.filter(pk=version.pk).update(title="改"),
        lambda: StructureVersion.objects.filter(pk=version.pk).update(status="draft"),
        lambda: StructureVersion.objects.filter(pk=version.pk).update(status="retired", n=9),
        lambda: StructureVersion.objects.filter(pk=version.pk)._raw_delete("default"),
        lambda: Group.objects.filter(pk=group.pk).update(name="改"),
        lambda: Post.objects.filter(pk=post.pk).update(critical=False),
        lambda: Holding.objects.filter(post=post).update(rank=7),
        lambda: Holding.objects.filter(post=post)._raw_delete("default"),
        lambda: Holding.objects.create(post=post, seat_no=5),
        lambda: Group.objects.create(version=version, code="x", name="x"),
        lambda: Clause.objects.create(version=version, group=group, n=99, text="x"),
        lambda: Post.objects.create(version=version, group=group, code="x", name="x", unit=version.zone),
    ]


@pytest.mark.parametrize("n", range(12))
def test_published_rows_refuse_plain_sql(published: StructureVersion, n: int) -> None:
    with pytest.raises(DatabaseError, match="已发布的组织架构版本"), transaction.atomic():
        _attempts(published)[n]()
    assert api.is_unchanged(published)


def test_content_may_not_move_between_versions(
    draft: StructureVersion, leading: Group, zone: Unit, organiser: Actor
) -> None:
    other = api.create_draft(zone=zone, title="另一份", by=organiser)
    with pytest.raises(DatabaseError, match="不能移到另一版"), transaction.atomic():
        Group.objects.filter(pk=leading.pk).update(version=other)
    with pytest.raises(DatabaseError, match="不属于这一版"), transaction.atomic():
        Post.objects.create(version=other, group=leading, code="x", name="x", unit=zone)


def test_actions_say_that_it_is_published(published: StructureVersion, organiser: Actor) -> None:
    group = published.groups.all()[0]
    with pytest.raises(Conflict, match="已经发布") as caught:
        api.rename_group(group=group, name="改", by=organiser)
    assert "下一版" in caught.value.hint
    with pytest.raises(Conflict, match="已经发布"):
        api.publish(version=published, by=organiser)


def test_next_version_retires_the_former(
    published: StructureVersion,
    people: list[Person],
    organiser: Actor,
    django_capture_on_commit_callbacks: Any,
) -> None:
    second = api.clone_version(version=published, by=organiser)
    assert second.n == 2
    assert api.diff(published, second) == []
    head = Post.objects.get(version=second, code="leading.head")
    api.replace_holder(holding=head.holdings.get(rank=1), person=people[3], by=organiser)
    group = api.add_group(version=second, name="宣传组", by=organiser)
    api.add_post(group=group, plan=api.PostPlan(name="宣传组成员", min_seats=0), by=organiser)
    api.add_clause(group=group, text="负责宣传。", by=organiser)
    words = [change.text for change in api.diff(published, second)]
    assert words == [
        "新设工作组“宣传组”。",
        "新设岗位“宣传组成员”。",
        "白景行不再列入“试验领导小组组长”（第 1 替补）。",
        "戴望舒远列入“试验领导小组组长”（第 1 替补）。",
        "新增职责：负责宣传。",
    ]
    heard: list[events.StructurePublished] = []

    def hear(event: events.StructurePublished, **_more: Any) -> None:
        heard.append(event)

    events.structure_published.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            api.publish(version=second, by=organiser)
    finally:
        events.structure_published.disconnect(hear)
    published.refresh_from_db()
    assert published.status == VersionStatus.RETIRED
    assert api.is_unchanged(published)
    assert api.published_version(published.zone_id) == second
    assert heard == [events.StructurePublished(published.zone_id, second.pk, 2)]


def test_diff_in_words_of_a_changed_post(published: StructureVersion, organiser: Actor) -> None:
    second = api.clone_version(version=published, by=organiser)
    head = Post.objects.get(version=second, code="leading.head")
    api.change_post(
        post=head,
        plan=api.PostPlan(name=head.name, role=head.role, level_at_least=2, max_seats=2, posture="emergency"),  # type: ignore[arg-type]
        by=organiser,
    )
    [change] = api.diff(published, second)
    assert change.text == (
        "岗位“试验领导小组组长”：启用状态由“平时和战时”改为“仅战时”；启用等级由Ⅳ级改为Ⅱ级；"
        "席位由 1 至 1 个改为 1 至 2 个；不再是关键岗位。"
    )


def test_a_clone_of_an_outdated_version_is_not_published(
    published: StructureVersion, organiser: Actor
) -> None:
    early = api.clone_version(version=published, by=organiser)
    late = api.clone_version(version=published, by=organiser)
    api.publish(version=early, by=organiser)
    with pytest.raises(Conflict, match="第 2 版") as caught:
        api.publish(version=late, by=organiser)
    assert caught.value.code == "base_outdated"


def test_discarding_a_draft(published: StructureVersion, organiser: Actor) -> None:
    second = api.clone_version(version=published, by=organiser)
    api.discard_draft(version=second, by=organiser)
    assert not StructureVersion.objects.filter(pk=second.pk).exists()
    with pytest.raises(Conflict):
        api.discard_draft(version=published, by=organiser)


@pytest.mark.django_db(transaction=True)
def test_two_publish_at_once_one_wins(draft: StructureVersion, leading: Group, organiser: Actor) -> None:
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def attempt() -> None:
        gate.wait()
        try:
            api.publish(version=StructureVersion.objects.get(pk=draft.pk), by=organiser)
            outcomes.append("published")
        except Conflict as conflict:
            outcomes.append(conflict.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already_published", "published"]
