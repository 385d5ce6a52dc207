"""Visits: who may write one, what it closes, what a mistake costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pingzhan.domain.frontline import api
from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations import visited
from pingzhan.domain.obligations.held import Asked, reader_of
from pingzhan.domain.organisation.models import Responsibility
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.frontline.conftest import him
from tests.factories import SmallZone, actor_with

SEEN = "\u6d88\u6740\u8bb0\u5f55\u9f50\u5168"
READS = {
    role
    for one in (Permission.ASSIGN_OFFICIALS, Permission.VIEW_CONSOLE, Permission.CHECK_ORDERS)
    for role in roles_with(one)
}


@pytest.fixture
def today(db: None) -> date:
    return timezone.localdate()


@pytest.fixture
def official(park: SmallZone) -> Actor:
    return him(park, Responsibility.objects.get(unit=park.firms[0], rank=0).person.name)


def visit(park: SmallZone, by: Actor, day: date, seen: str = SEEN) -> SiteVisit:
    return api.record_visit(unit_id=park.firms[0].pk, day=day, seen=seen, by=by)


def test_the_principal_writes_what_he_saw(park: SmallZone, official: Actor, today: date) -> None:
    made = visit(park, official, today, "  \u9f50\u5168 \n\n  \u597d ")
    assert (made.rank, made.person_id, made.by_name) == (0, official.person_id, official.name)
    assert made.seen == "\u9f50\u5168\n\n\u597d"
    assert api.last_visits([one.pk for one in park.firms]) == {park.firms[0].pk: made}
    record = AuditRecord.objects.get(verb="frontline.visited")
    assert record.body == {"unit": park.firms[0].pk, "person": official.person_id, "rank": 0}
    assert record.subject_id == str(made.pk)
    early = visit(park, official, today - timedelta(days=2))
    assert timezone.localtime(early.visited_at).hour == 12
    assert api.last_visits([park.firms[0].pk])[park.firms[0].pk] == made


def test_a_substitute_may_and_who_supervises_may_without_being_the_official(
    park: SmallZone, today: date
) -> None:
    stands_in = him(park, "\u8c08\u4e91\u8d77")
    Responsibility.objects.create(unit=park.firms[0], person=park.people["\u8c08\u4e91\u8d77"], rank=1)
    assert visit(park, stands_in, today).rank == 1
    for role in roles_with(Permission.CHECK_ORDERS):
        assert visit(park, actor_with(role), today - timedelta(days=1)).rank is None
    assert api.last_visits([park.firms[0].pk])[park.firms[0].pk].rank == 1


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.CHECK_ORDERS)])
def test_who_may_not(park: SmallZone, today: date, role: Role) -> None:
    expected: type[Exception] = Refused if role in READS else NotFound
    with pytest.raises(expected):
        visit(park, actor_with(role), today)
    assert not SiteVisit.objects.exists()


def test_the_official_of_another_enterprise_sees_nothing(
    park: SmallZone, official: Actor, today: date
) -> None:
    made = visit(park, official, today)
    other = him(park, Responsibility.objects.get(unit=park.firms[1], rank=0).person.name)
    with pytest.raises(NotFound):
        visit(park, other, today)
    with pytest.raises(NotFound):
        api.void_visit(visit_id=made.pk, reason="r", by=other)
    assert list(api.visits_visible_to(official)) == [made]
    assert not api.visits_visible_to(other).exists()


def test_days_and_words_that_will_not_do(park: SmallZone, official: Actor, today: date) -> None:
    for day, seen, place in (
        (today + timedelta(days=1), SEEN, "day"),
        (today - timedelta(days=8), SEEN, "day"),
        (today, "  \n ", "seen"),
        (today, "x" * 501, "seen"),
    ):
        with pytest.raises(Invalid) as refused:
            visit(park, official, day, seen)
        assert refused.value.place == place
    visit(park, official, today - timedelta(days=7))
    visit(park, official, today)
    with pytest.raises(Conflict) as again:
        visit(park, official, today)
    assert again.value.code == "site_visit_twice"
    assert SiteVisit.objects.count() == 2


def test_a_wrong_visit_is_taken_back_by_who_wrote_it_with_a_reason(
    park: SmallZone, official: Actor, today: date, duty: Actor
) -> None:
    made = visit(park, official, today)
    with pytest.raises(Refused):
        api.void_visit(visit_id=made.pk, reason="r", by=duty)
    with pytest.raises(Invalid) as refused:
        api.void_visit(visit_id=made.pk, reason=" ", by=official)
    assert refused.value.place == "reason"
    done = api.void_visit(visit_id=made.pk, reason="\u8bb0\u9519\u4e86", by=official)
    assert done.voided_at is not None
    assert api.last_visits([park.firms[0].pk]) == {}
    assert list(api.visits_of(park.firms[0])) == [done]
    with pytest.raises(Conflict):
        api.void_visit(visit_id=made.pk, reason="r", by=official)
    assert visit(park, official, today).pk != made.pk


def test_the_database_keeps_what_a_visit_needs(park: SmallZone, official: Actor, today: date) -> None:
    made = visit(park, official, today)
    for wrong in ({"seen": ""}, {"void_reason": "r"}, {"visited_at": timezone.now() + timedelta(hours=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SiteVisit.objects.filter(pk=made.pk).update(**wrong)


def demanded(park: SmallZone) -> None:
    """Put the measures in force: they have every enterprise visited."""
    from tests.domain.measures.conftest import COVID, put

    Enterprise.objects.get_or_create(
        unit=park.firms[0], defaults={"credit_code": "91110000600037001L", "industry": "32"}
    )
    put(park.zone, COVID, "routine", park.root)
    obligations.generate(obligations.business_now()[1], by=park.root)


def due(park: SmallZone) -> bool:
    return park.firms[0].pk in obligations.next_due([park.firms[0].pk], Evidence.INSPECTION)


def test_a_visit_closes_what_demands_it_and_a_voided_one_opens_it(
    park: SmallZone, official: Actor, today: date
) -> None:
    demanded(park)
    assert due(park)
    visit(park, actor_with(next(iter(roles_with(Permission.CHECK_ORDERS)))), today)
    assert due(park)
    made = visit(park, official, today)
    assert not due(park)
    api.void_visit(visit_id=made.pk, reason="r", by=official)
    assert due(park)


def test_a_visit_that_came_first_counts(park: SmallZone, official: Actor, today: date) -> None:
    assert reader_of(Evidence.INSPECTION) is visited.held
    made = visit(park, official, today)
    now = timezone.now()
    asked = Asked((park.firms[0].pk,), ((now - timedelta(hours=1), now + timedelta(hours=1)),))
    assert [(one.unit_id, one.ref) for one in visited.held(asked)] == [
        (park.firms[0].pk, ("site_visit", made.pk))
    ]
    api.void_visit(visit_id=made.pk, reason="r", by=official)
    assert list(visited.held(asked)) == []
