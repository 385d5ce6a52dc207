"""An emergency and a newer structure: it keeps its own until a reviewed rebase (failure case 8, ADR 0037)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.domain.command import api
from pingzhan.domain.command.models import Activation, Override, Seat, Task
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.models import Holding, Post, StructureVersion
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.messages.models import Notice
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.command.conftest import ending, order
from tests.factories import SmallZone, actor_with

Sound = Callable[[], None]


def rebase(park: SmallZone, key: str = "r1", **more: Any) -> api.RebaseOrder:
    """A rebase of the whole zone unless told otherwise."""
    values: dict[str, Any] = {"unit": park.zone, "reason": "新版名单已审定", **more}
    return api.RebaseOrder(key=key, **values)


def publish(park: SmallZone, **holders: str) -> StructureVersion:
    """Publish the next version with other heads: ``medical_head="桑晓风"``."""
    current = organisation.published_version(park.zone.pk)
    assert current is not None
    draft = organisation.clone_version(version=current, by=park.root)
    for code, name in holders.items():
        Holding.objects.filter(post__version=draft, post__code=code.replace("_", "."), rank=0).update(
            person=park.people[name]
        )
    for finding in draft.findings.filter(state="open", severity="critical"):
        organisation.waive(finding=finding, reason="试验用", by=park.root)
    organisation.publish(version=draft, by=park.root)
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    return StructureVersion.objects.get(pk=draft.pk)


def seats() -> dict[str, str]:
    """Who sits where now."""
    return {
        f"{seat.post_code}/{seat.seat_no}": seat.person.name
        for seat in Seat.objects.filter(closed_at=None).select_related("person")
    }


def open_ids() -> set[int]:
    return set(Seat.objects.filter(closed_at=None).values_list("id", flat=True))


def test_case_08_version_published_during_an_emergency_changes_nothing(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    before, told = seats(), Notice.objects.count()
    assert api.stale_activations(park.zone) == []
    publish(park, medical_head="桑晓风")
    assert seats() == before
    assert Notice.objects.count() == told
    assert [one.unit_id for one in api.stale_activations(park.zone)] == [park.zone.pk]
    sound()
    api.order_switch(order=order(park, key="k2", level=1), by=duty)
    assert seats()["medical.head/1"] == before["medical.head/1"]
    assert Activation.objects.get(key="k2").structure_version_id == park.version.pk
    sound()


def test_case_08_rebase_is_looked_at_first_and_then_ordered(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    for seat in Seat.objects.filter(closed_at=None):
        api.acknowledge_by_phone(seat_id=seat.pk, by=duty)
    new = publish(park, medical_head="桑晓风")
    before, told = open_ids(), Notice.objects.count()
    shown = api.preview_rebase(order=rebase(park), by=duty)
    assert (open_ids(), Notice.objects.count()) == (before, told)
    assert [(one.unit_name, one.level, one.epoch, one.version_n) for one in shown.scopes] == [
        (park.zone.name, 2, 1, park.version.n)
    ]
    assert (shown.version_n, shown.version_title) == (new.n, new.title)
    words = " ".join(change.text for change in shown.changes)
    assert "桑晓风" in words
    assert "蓝田玉" not in words
    # 简而清 led the medical group; he is without a post now and goes to the pool, the spare comes out of it.
    assert {(line.post_code, line.person_name) for line in shown.preview.opened} == {
        ("medical.head", "桑晓风"),
        ("pool", "简而清"),
    }
    done = api.order_rebase(order=rebase(park, expect=shown.expect, preview_sha=shown.sha), by=duty)
    sound()
    assert (done.epoch, done.level, done.replayed) == (2, 2, False)
    one = Activation.objects.get(pk=done.activation_id)
    first = Activation.objects.get(key="k1")
    assert (one.run_id, one.level_from, one.structure_version_id) == (first.pk, 2, new.pk)
    assert (first.end_kind, first.ended_at) == ("rebased", one.at)
    assert len(before & open_ids()) == len(before) - 2
    assert Notice.objects.filter(kind="order").count() == told + 2
    kept = Seat.objects.filter(closed_at=None, pk__in=before)
    assert not kept.filter(acked_at=None).exists()
    assert set(kept.filter(post__isnull=False).values_list("post__version", flat=True)) == {new.pk}
    assert Task.objects.filter(owner_seat__in=open_ids(), owner_seat__post_code="medical.head").exists()
    assert api.stale_activations(park.zone) == []
    again = api.order_rebase(order=rebase(park, expect=shown.expect, preview_sha=shown.sha), by=duty)
    assert (again.activation_id, again.replayed) == (one.pk, True)


def test_rebase_refuses_what_it_must(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    with pytest.raises(Conflict) as caught:
        api.preview_rebase(order=rebase(park), by=duty)
    assert caught.value.code == "newest"
    publish(park, medical_head="桑晓风")
    for role in Role:
        if role not in (Role.DUTY_OFFICER, Role.LEADER):
            with pytest.raises(Refused):
                api.order_rebase(order=rebase(park), by=actor_with(role))
    within_a_firm = actor_with(Role.DUTY_OFFICER, path=park.firms[0].path)
    with pytest.raises(Refused):
        api.order_rebase(order=rebase(park, unit=park.firms[0]), by=within_a_firm)
    for wrong in ({"key": " "}, {"reason": " "}):
        with pytest.raises(Invalid):
            api.order_rebase(order=rebase(park, **{"key": "x", **wrong}), by=duty)
    with pytest.raises(Conflict) as caught:
        api.order_rebase(order=rebase(park, key="k1"), by=duty)
    assert caught.value.code == "key_used"
    with pytest.raises(Conflict) as caught:
        api.order_rebase(order=rebase(park, expect=((park.zone.pk, 0),)), by=duty)
    assert caught.value.code == "epoch"
    assert Activation.objects.count() == 1


def test_rebase_after_something_else_changed(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    publish(park, medical_head="桑晓风")
    shown = api.preview_rebase(order=rebase(park), by=duty)
    publish(park, testing_head="谈云起")
    with pytest.raises(Conflict) as caught:
        api.order_rebase(order=rebase(park, expect=shown.expect, preview_sha=shown.sha), by=duty)
    assert caught.value.code == "preview_stale"
    assert "谈云起" in caught.value.message
    shown = api.preview_rebase(order=rebase(park), by=duty)
    api.order_switch(order=order(park, key="f", unit=park.firms[0], level=3), by=duty)
    api.order_rebase(order=rebase(park, expect=shown.expect, preview_sha=shown.sha), by=duty)
    assert seats()["testing.head/1"] == "谈云起"


def test_rebase_keeps_refusals_and_manual_changes_of_the_run(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    api.replace_person(
        zone=park.zone,
        post_code="response.head",
        seat_no=1,
        person=park.people["谈云起"],
        reason="轮休",
        by=duty,
    )
    seat = Seat.objects.get(closed_at=None, post_code="testing.head")
    api.decline(seat_id=seat.pk, reason="发热", by=duty)
    publish(park, medical_head="桑晓风")
    api.order_rebase(order=rebase(park), by=duty)
    sound()
    assert seats()["response.head/1"] == "谈云起"
    assert "testing.head/1" not in seats()
    assert Override.objects.filter(ended_at=None).count() == 1
    api.stand_down(order=ending(park), by=duty)
    assert not Override.objects.filter(ended_at=None).exists()
    sound()


def test_one_scope_may_be_rebased_and_the_other_stays(park: SmallZone, duty: Actor, sound: Sound) -> None:
    firm = park.firms[0]
    api.order_switch(order=order(park, key="f", unit=firm, level=3), by=duty)
    api.order_switch(order=order(park, key="z", level=2), by=duty)
    new = publish(park, medical_head="桑晓风")
    shown = api.preview_rebase(order=rebase(park, unit=firm, whole_zone=False), by=duty)
    assert [one.unit_id for one in shown.scopes] == [firm.pk]
    assert shown.preview.opened == ()
    api.order_rebase(order=rebase(park, unit=firm, whole_zone=False), by=duty)
    sound()
    assert [one.unit_id for one in api.stale_activations(park.zone)] == [park.zone.pk]
    api.order_rebase(order=rebase(park, key="r2"), by=duty)
    sound()
    open_ones = Activation.objects.filter(ended_at=None)
    assert {one.structure_version_id for one in open_ones} == {new.pk}
    assert seats()["medical.head/1"] == "桑晓风"


def test_renamed_post_is_told_to_nobody_and_shown_by_its_new_name(
    park: SmallZone, duty: Actor, sound: Sound
) -> None:
    api.order_switch(order=order(park), by=duty)
    seat = Seat.objects.get(closed_at=None, post_code="medical.member")
    draft = organisation.clone_version(version=park.version, by=park.root)
    Post.objects.filter(version=draft, code="medical.member").update(name="转运联络岗")
    organisation.publish(version=draft, by=park.root)
    told = Notice.objects.count()
    shown = api.preview_rebase(order=rebase(park), by=duty)
    assert any("转运联络岗" in change.text for change in shown.changes)
    api.order_rebase(order=rebase(park), by=duty)
    sound()
    seat.refresh_from_db()
    assert seat.post is not None
    assert (seat.closed_at, seat.post.name) == (None, "转运联络岗")
    assert Notice.objects.count() == told
