"""What a review and a report tell stays within their scope, whatever else happened in the zone meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import GapKind, Severity
from pingzhan.domain.command.models import Gap
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Review
from pingzhan.domain.orders import api as orders
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Group
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from tests.domain.drills.conftest import prepare
from tests.factories import SmallZone, actor_with

pytestmark = pytest.mark.django_db


def ended(park: SmallZone, unit: Unit, by: Actor) -> Review:
    """Return the review of a real emergency of a unit, in which both enterprises had a gap and a decision each."""
    order = command.SwitchOrder(key=f"s{unit.pk}", unit=unit, level=3, reason="真", basis="真1号")
    command.order_switch(order=order, by=by)
    for firm in park.firms:
        Gap.objects.create(
            zone=park.zone,
            unit=firm,
            key=f"test:{firm.pk}",
            kind=GapKind.POST_EMPTY,
            severity=Severity.MAJOR,
            post_code=f"enterprise.{firm.code}",
        )
        decision = orders.record_decision(zone=park.zone, text=f"查{firm.name}", decided_by="某", by=by)
        orders.issue_order(
            zone=park.zone,
            to=orders.To.enterprise(firm.pk),
            text="自查",
            due_at=clock.now() + timedelta(hours=1),
            decision=decision,
            by=by,
        )
    command.stand_down(order=command.StandDown(key=f"e{unit.pk}", unit=unit, reason="解除"), by=by)
    return Review.objects.get(unit=unit)


def test_the_review_of_one_enterprise_tells_nothing_of_another(park: SmallZone, duty: Actor) -> None:
    own, other = park.firms
    facts = drills.review(ended(park, own, duty))
    assert [one["text"] for one in facts["decisions"]] == [f"查{own.name}"]
    assert f"enterprise.{other.code}" not in {one["post"] for one in facts["gaps"]}
    assert f"enterprise.{own.code}" in {one["post"] for one in facts["gaps"]}


def test_the_review_of_the_zone_tells_of_all(park: SmallZone, duty: Actor) -> None:
    facts = drills.review(ended(park, park.zone, duty))
    assert [one["text"] for one in facts["decisions"]] == [f"查{firm.name}" for firm in park.firms]
    assert {f"enterprise.{firm.code}" for firm in park.firms} <= {one["post"] for one in facts["gaps"]}


def test_drills_of_other_places_do_not_stand_beside_a_report(park: SmallZone, duty: Actor) -> None:
    for title, unit in (("甲厂演练", park.firms[0]), ("乙厂演练", park.firms[1])):
        drill = drills.start_drill(drill_id=prepare(park, duty, title=title, unit=unit).pk, by=duty)
        drills.end_drill(drill_id=drill.pk, by=duty)
    near = actor_with(Role.DUTY_OFFICER, path=park.firms[1].path)
    shown = drills.compare(drill, among=drills.visible_to(near))
    assert [one.title for one, _times in shown] == ["乙厂演练"]
    assert [one.title for one, _times in drills.compare(drill)] == ["乙厂演练", "甲厂演练"]


def test_case_08_a_group_of_the_frozen_structure_hands_over(park: SmallZone, duty: Actor) -> None:
    """The emergency keeps its structure; a group that a newer one no longer has hands over all the same."""
    review = ended(park, park.zone, duty)
    draft = organisation.clone_version(version=park.version, by=park.root)
    group = Group.objects.get(version=draft, code="testing")
    for post in group.posts.all():
        organisation.remove_post(post=post, by=park.root)
    organisation.remove_group(group=group, by=park.root)
    organisation.publish(version=draft, by=park.root)
    note = drills.hand_over(review_id=review.pk, group_code="testing", text="样本已交", by=duty)
    assert note.group_name == "核酸检测组"


def test_a_hand_over_waits_for_who_files_the_review(park: SmallZone, duty: Actor) -> None:
    """Else a note could be changed between the look at the state and the end of the filing."""
    review = ended(park, park.zone, duty)
    with CaptureQueriesContext(connection) as seen:
        drills.hand_over(review_id=review.pk, group_code="medical", text="已交", by=duty)
    locks = [one["sql"] for one in seen.captured_queries if "FOR NO KEY UPDATE" in one["sql"]]
    assert any('FROM "drills_review"' in sql for sql in locks)
