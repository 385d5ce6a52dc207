"""Every kind of readiness finding (command.md section 12), where the notice says it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.command import api, watch
from pingzhan.domain.command.actions import readiness as keeping
from pingzhan.domain.command.models import ReadinessRun, Seat
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import QUERY_ENTERPRISE, AbsenceKind
from pingzhan.domain.organisation.models import (
    Absence,
    Contact,
    Group,
    Holding,
    Person,
    Post,
    ReadEntry,
    Responsibility,
    StructureVersion,
)
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import DomainError
from tests.domain.command.conftest import order
from tests.domain.command.test_plan_cases import draft_of, publish
from tests.factories import SmallZone


def found(park: SmallZone) -> dict[str, list[api.ReadinessFinding]]:
    """The findings of a zone by kind; computing them must not touch a seat."""
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    before = list(Seat.objects.values_list("id", "closed_at"))
    report = api.readiness(park.zone)
    assert report is not None
    assert list(Seat.objects.values_list("id", "closed_at")) == before
    kinds: dict[str, list[api.ReadinessFinding]] = {}
    for one in report.findings:
        kinds.setdefault(one.kind, []).append(one)
    return kinds


def away(park: SmallZone, name: str, begin: float, end: float) -> None:
    now = timezone.now()
    Absence.objects.create(
        person=park.people[name], kind="ill", t0=now + timedelta(hours=begin), t1=now + timedelta(hours=end)
    )


Change = Callable[[SmallZone, StructureVersion], None]


def _hold(draft: StructureVersion, code: str, person: Person) -> None:
    Holding.objects.update_or_create(post=draft.posts.get(code=code), rank=0, defaults={"person": person})


def _empty(_park: SmallZone, draft: StructureVersion) -> None:
    Holding.objects.filter(post__version=draft, post__code="medical.head").delete()


def _critical(_park: SmallZone, draft: StructureVersion) -> None:
    draft.posts.filter(code="medical.head").update(critical=True)


def _two_heads(park: SmallZone, draft: StructureVersion) -> None:
    post = draft.posts.get(code="medical.head")
    draft.posts.filter(pk=post.pk).update(max_seats=2)
    Holding.objects.create(post=post, person=park.people["桑晓风"], seat_no=2)


def _segregated(park: SmallZone, draft: StructureVersion) -> None:
    draft.posts.filter(code="inspection.head").update(segregated_from=["coordination.head"])
    _hold(draft, "inspection.head", park.people["戴望舒"])


def _span(_park: SmallZone, draft: StructureVersion) -> None:
    draft.posts.exclude(code="leading.head").update(reports_to_code="leading.head")


def _two_critical(park: SmallZone, draft: StructureVersion) -> None:
    for code in ("medical.head", "testing.head"):
        draft.posts.filter(code=code).update(critical=True)
        _hold(draft, code, park.people["桑晓风"])


def _rule(park: SmallZone, draft: StructureVersion) -> None:
    group = Group.objects.get(version=draft, code="verification")
    post = Post.objects.create(
        version=draft,
        group=group,
        code="verification.class",
        name="包企责任人",
        unit=draft.zone,
        max_seats=99,
    )
    Holding.objects.create(post=post, person_query=QUERY_ENTERPRISE)
    Responsibility.objects.filter(unit=park.firms[0]).delete()


CHANGES: dict[str, Change] = {
    "post_empty": _empty,
    "critical_without_substitute": _critical,
    "two_critical": _two_critical,
    "head_and_member_conflict": lambda park, draft: _hold(draft, "medical.member", park.people["简而清"]),
    "segregation": _segregated,
    "class_unresolved": _rule,
    "span_over_7": _span,
    "two_heads": _two_heads,
}


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_kinds_that_the_plan_shows(park: SmallZone, kind: str) -> None:
    assert kind not in found(park)
    draft = draft_of(park)
    CHANGES[kind](park, draft)
    publish(park, draft)
    rows = [one for one in found(park)[kind] if one.source == "now"]
    assert rows
    for one in rows:
        assert one.sentence.endswith("\u3002")
        assert "None" not in one.sentence
    if kind != "class_unresolved":
        assert rows[0].levels == (1, 2, 3, 4)


def test_contacts_that_nobody_verified(park: SmallZone) -> None:
    rows = found(park)["no_verified_contact"]
    alone = {one.person_id for one in rows if one.person_id}
    heads = ("安若水", "戴望舒", "方可行", "葛明达", "何以宁", "简而清", "蓝田玉")
    assert alone == {park.people[name].pk for name in heads}
    rest = next(one for one in rows if one.person_id is None)
    assert "8" in rest.sentence
    Contact.objects.update(verified_at=timezone.now() - timedelta(days=89))
    assert "no_verified_contact" not in found(park)
    Contact.objects.update(verified_at=timezone.now() - timedelta(days=91))
    assert len(found(park)["no_verified_contact"]) == len(rows)
    Contact.objects.filter(person=park.people["葛明达"]).delete()
    kinds = found(park)
    assert [one.person_id for one in kinds["no_contact"]] == [park.people["葛明达"].pk]
    assert park.people["葛明达"].pk not in {one.person_id for one in kinds["no_verified_contact"]}


def test_both_away_now_and_in_the_next_days(park: SmallZone) -> None:
    away(park, "安若水", 24, 50)
    assert "ab_both_away" not in found(park)
    away(park, "白景行", 40, 60)
    soon = found(park)["ab_both_away"]
    assert [one.post_code for one in soon] == ["leading.head"]
    for name in ("安若水", "白景行"):
        assert name in soon[0].sentence
    Absence.objects.all().delete()
    away(park, "安若水", 100, 120)
    away(park, "白景行", 100, 120)
    assert "ab_both_away" not in found(park)
    Absence.objects.all().delete()
    away(park, "安若水", -1, 2)
    away(park, "白景行", -1, 2)
    now = found(park)["ab_both_away"]
    assert {one.levels for one in now} == {(), (1, 2, 3, 4)}


def test_duties_without_a_post_and_people_without_one(park: SmallZone) -> None:
    kinds = found(park)
    text = " ".join(one.sentence for one in kinds["post_code_dangling"])
    assert "副组长" in text
    assert "应急处置组" in text
    assert {one.person_id for one in kinds["person_without_post"]} == {
        park.people[name].pk for name in ("桑晓风", "谈云起")
    }


def test_holes_of_the_roster_with_their_way_out(park: SmallZone) -> None:
    rows = found(park)["roster_hole_72h"]
    assert all(one.source == "roster" and one.link.startswith("/roster/") for one in rows)


def test_the_place_in_the_notice_is_quoted_through_editions_by_hand(park: SmallZone) -> None:
    text = "医疗保障组\n组长\uff1a简而清"
    read = draft_of(park)
    StructureVersion.objects.filter(pk=read.pk).update(source_text=text)
    start = text.index("简而清")
    ReadEntry.objects.create(
        version=read,
        n=1,
        group_name="医疗保障组",
        role="head",
        name="简而清",
        start=start,
        end=start + 3,
        holding=Holding.objects.get(post__version=read, post__code="medical.head"),
    )
    publish(park, StructureVersion.objects.get(pk=read.pk))
    draft = draft_of(park)
    draft.posts.filter(code="medical.head").update(critical=True)
    publish(park, draft)
    one = next(row for row in found(park)["critical_without_substitute"] if row.post_code == "medical.head")
    assert one.place == "医疗保障组\uff1a简而清"


def test_kept_each_night_and_after_a_change_only(park: SmallZone, duty: Actor) -> None:
    api.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    assert keeping.keep_all() == 1
    first = ReadinessRun.objects.get()
    assert first.nightly
    assert keeping.keep_all() == 0
    now = timezone.now()
    organisation.register_absence(
        person=park.people["葛明达"],
        kind=AbsenceKind.ILL,
        t0=now - timedelta(hours=1),
        t1=now + timedelta(days=1),
        by=duty,
    )
    from pingzhan.domain.command.reactions import on_people_changed
    from pingzhan.domain.organisation.events import PeopleChanged

    on_people_changed(event=PeopleChanged(park.zone.path, (park.people["葛明达"].pk,)))
    assert keeping.keep_all() == 1
    day = ReadinessRun.objects.first()
    assert day is not None
    assert (day.nightly, day.keys != first.keys) == (False, True)
    assert "post_empty:testing.head" in day.keys
    assert api.last_night(park.zone) == first
    # Another announcement without any difference adds no row.
    on_people_changed(event=PeopleChanged(park.zone.path, ()))
    assert keeping.keep_all() == 1
    assert ReadinessRun.objects.count() == 2
    ReadinessRun.objects.update(at=now - timedelta(days=100))
    assert keeping.keep_all() == 1
    assert list(ReadinessRun.objects.values_list("nightly", flat=True)) == [True, True]


def test_before_a_structure_there_is_no_readiness(db: None) -> None:
    from tests.domain.command.park import make_unit

    zone = make_unit("zone", "EMPTY")
    assert api.readiness(zone) is None
    assert keeping.keep_all() == 0


def test_invariants_are_watched_hourly_and_the_trail_at_night(park: SmallZone, duty: Actor) -> None:
    api.order_switch(order=order(park), by=duty)
    noon = timezone.make_aware(datetime(2026, 11, 25, 12, 5))
    night = timezone.make_aware(datetime(2026, 11, 25, 3, 5))
    assert "I15" not in {one.id for one in watch.check_hourly(noon)}
    assert {one.id for one in watch.check_hourly(night)} == {f"I{n}" for n in range(1, 17)}
    from pingzhan.domain.command.models import SeatCause

    SeatCause.objects.all().delete()
    with pytest.raises(watch.InvariantBroken, match="I5") as caught:
        watch.check_hourly(noon)
    assert not isinstance(caught.value, DomainError)
