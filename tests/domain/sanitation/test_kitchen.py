"""The day's check of a canteen: each measure is met by its own step; corrections keep the old row; imports."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import KitchenResult, KitchenTask
from pingzhan.domain.sanitation.models import KitchenCheck
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.foundation.access.roles import Role
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting, build_park
from tests.domain.sanitation.canteens import check_data, sets_in_force, today
from tests.factories import kept

PROBLEM = KitchenResult.PROBLEM
DIRTY = {KitchenTask.TABLEWARE: (PROBLEM, "\u672a\u6d88\u6bd2")}


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def mill(park: Park) -> Firm:
    return park.firms[0]


def waiting(firm: Firm) -> set[str]:
    """Measures of canteens that still wait today."""
    return {
        due.measure
        for due in obligations.today(firm.unit.pk)
        if str(due.evidence) == "canteen_hygiene" and due.state in ("open", "late")
    }


def check(firm: Firm, **more: object) -> KitchenCheck:
    return api.check_kitchen(
        enterprise=firm.unit, site_id=firm.canteen.pk, data=check_data(**more), by=firm.contact
    )


def test_each_measure_is_met_by_its_own_step(park: Park, mill: Firm) -> None:
    sets_in_force(park, mill)
    all_four = {"canteen.hygiene", "canteen.purchase", "canteen.tableware", "canteen.handwash"}
    assert waiting(mill) == all_four
    first = check(mill, found=DIRTY)
    assert waiting(mill) == {"canteen.tableware"}
    second = api.correct_check(
        check_id=first.pk, data=check_data(), reason="\u5df2\u91cd\u65b0\u6d88\u6bd2", by=mill.contact
    )
    assert waiting(mill) == set()
    # A correction to the worse opens it again; what does not apply counts as met.
    api.correct_check(
        check_id=second.pk,
        data=check_data(
            found={
                KitchenTask.CLEANING: (PROBLEM, "\u5730\u9762\u6709\u6c61\u6c34"),
                KitchenTask.PARTITIONS: (KitchenResult.ABSENT, ""),
            }
        ),
        reason="\u590d\u67e5",
        by=mill.contact,
    )
    assert waiting(mill) == {"canteen.hygiene"}
    assert KitchenCheck.objects.count() == 3
    assert [one.pk for one in api.standing_checks(mill.unit.pk, today())] == [second.pk + 1]


def test_every_canteen_counts(park: Park, mill: Firm) -> None:
    sets_in_force(park, mill)
    other = Site.objects.create(
        enterprise=mill.unit, kind=SiteKind.CANTEEN, code="C2", name="\u4e8c\u98df\u5802"
    )
    check(mill)
    assert len(waiting(mill)) == 4
    api.check_kitchen(enterprise=mill.unit, site_id=other.pk, data=check_data(found=DIRTY), by=mill.contact)
    assert waiting(mill) == {"canteen.tableware"}


def test_ill_staff_still_at_work_are_a_problem_whatever_was_ticked(mill: Firm) -> None:
    made = check(mill, feverish=1, ill=2, removed=1)
    step = made.steps.get(task=KitchenTask.STAFF)
    assert step.result == PROBLEM
    assert "2 \u540d" in step.note
    sent = api.correct_check(
        check_id=made.pk, data=check_data(feverish=1, ill=2, removed=3), reason="x", by=mill.contact
    )
    assert sent.steps.get(task=KitchenTask.STAFF).result == KitchenResult.OK


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"staff": 0}, "staff"),
        ({"feverish": 7}, "feverish"),
        ({"removed": 7}, "removed"),
        ({"feverish": 4, "ill": 3}, "ill"),
        ({"samples": 0}, "samples"),
        ({"found": {KitchenTask.CLEANING: (PROBLEM, " ")}}, "note_cleaning"),
        ({"day": timezone.localdate() + timedelta(days=2)}, "day"),
        ({"day": timezone.localdate() - timedelta(days=40)}, "day"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(mill: Firm, data: dict[str, object], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(mill, **data)
    assert refused.value.place == place
    assert not KitchenCheck.objects.exists()


def test_a_day_has_one_check_and_one_line_of_corrections(mill: Firm) -> None:
    made = check(mill)
    with pytest.raises(Conflict):
        check(mill)
    for data, reason in (
        (check_data(), " "),
        (check_data(day=today() - timedelta(days=1)), "x"),
    ):
        with pytest.raises(Invalid):
            api.correct_check(check_id=made.pk, data=data, reason=reason, by=mill.contact)
    api.correct_check(check_id=made.pk, data=check_data(staff=5), reason="x", by=mill.contact)
    with pytest.raises(Conflict):
        api.correct_check(check_id=made.pk, data=check_data(staff=5), reason="x", by=mill.contact)
    for statement in (
        "UPDATE sanitation_kitchencheck SET staff = 1",
        "DELETE FROM sanitation_kitchenstep",
        "UPDATE sanitation_kitchenstep SET result = 'ok'",
        "INSERT INTO sanitation_kitchencheck (enterprise_id, site_id, day, staff, feverish, ill, removed, samples,"
        " reason, by_name) SELECT enterprise_id, site_id, day, staff, 0, 0, 0, samples, '', by_name"
        " FROM sanitation_kitchencheck LIMIT 1",
    ):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_one_tap_only_after_a_good_check_of_the_last_days(park: Park, mill: Firm) -> None:
    sets_in_force(park, mill)
    with pytest.raises(Conflict):
        api.check_as_last(enterprise=mill.unit, by=mill.contact)
    yesterday = today() - timedelta(days=1)
    bad = check(mill, day=yesterday, found=DIRTY)
    with pytest.raises(Conflict):
        api.check_as_last(enterprise=mill.unit, by=mill.contact)
    api.correct_check(check_id=bad.pk, data=check_data(day=yesterday), reason="x", by=mill.contact)
    assert api.check_as_last(enterprise=mill.unit, by=mill.contact) == 1
    # What is demanded only after the check is met by it.
    assert waiting(mill) == set()
    assert api.check_as_last(enterprise=mill.unit, by=mill.contact) == 0
    assert waiting(mill) == set()
    made = KitchenCheck.objects.get(day=today())
    assert (made.staff, made.samples) == (6, 8)


def test_suspended_meals_are_asked_for_only_where_they_are_ordered(mill: Firm) -> None:
    assert KitchenTask.SUSPENDED not in api.tasks_of(mill.unit)
    assert api.fever_line(mill.unit) == 37.3


def test_who_may_not_check(park: Park, mill: Firm) -> None:
    made = check(mill)
    for role, path in (
        (Role.OFFICIAL, park.zone.path),
        (Role.DUTY_OFFICER, park.zone.path),
        (Role.GATE_GUARD, mill.unit.path),
        (Role.COMPANY, park.firms[1].unit.path),
        (Role.AUDITOR, "/"),
    ):
        actor = acting(role, path)
        with pytest.raises(Refused):
            api.check_kitchen(
                enterprise=mill.unit,
                site_id=mill.canteen.pk,
                data=check_data(day=today() - timedelta(days=1)),
                by=actor,
            )
        with pytest.raises((Refused, NotFound)):
            api.correct_check(check_id=made.pk, data=check_data(), reason="x", by=actor)
        with pytest.raises(Refused):
            api.check_as_last(enterprise=mill.unit, by=actor)


def test_the_canteen_of_another_enterprise_is_none_of_ours(park: Park, mill: Firm) -> None:
    other = park.firms[1]
    with pytest.raises(DomainError):
        api.check_kitchen(enterprise=mill.unit, site_id=other.canteen.pk, data=check_data(), by=mill.contact)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(Error), transaction.atomic():
        KitchenCheck.objects.create(enterprise=mill.unit, site=other.canteen, day=today(), staff=1)
