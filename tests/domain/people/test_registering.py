"""Registering, correcting, leaving and returning: what is stored, what is refused, who is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pingzhan.domain.people import api
from pingzhan.domain.people.enums import DocumentKind, LeaveReason
from pingzhan.domain.people.models import Employment, Individual, Placement, SearchTokens
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, Invalid, Refused
from tests.domain.people.crowd import DAY, Firm, Park, acting, hire, id_number, person, texts_of

NUMBER = id_number(5)
REFUSED = [role for role in Role if role not in roles_with(Permission.EDIT_WORKERS)]


def test_everything_is_stored_and_nothing_personal_is_readable(mill: Firm) -> None:
    who = person("\u8c37\u4e00\u9e23", NUMBER, "154 0000 1234", "\u6c11\u5b89\u8857 7 \u53f7")
    job = hire(mill, who, no="A-7")
    stored = Individual.objects.get()
    assert texts_of(stored) == api.Opened(
        "\u8c37\u4e00\u9e23", NUMBER, "15400001234", "\u6c11\u5b89\u8857 7 \u53f7"
    )
    assert (stored.sex, stored.birth_year) == ("m" if int(NUMBER[16]) % 2 else "f", 1880)
    place = Placement.objects.get(employment=job)
    assert (place.team, place.t1) == (mill.teams[0], None)
    assert timezone.localtime(place.t0).date() == DAY
    secrets = ["\u8c37\u4e00\u9e23", NUMBER, "15400001234", "\u6c11\u5b89\u8857"]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            (text,) = cursor.fetchone() or ("",)
            found = [secret for secret in secrets if secret in (text or "")]
            assert found == [], table


@pytest.mark.parametrize("role", REFUSED)
def test_roles_that_may_not_change_workers(park: Park, mill: Firm, role: Role) -> None:
    job = hire(mill)
    by = acting(role, park.zone.path)
    person_of = job.individual
    attempts: list[Callable[[], object]] = [
        lambda: api.register_worker(
            enterprise=mill.unit, person=person(), terms=api.Terms(), joined=DAY, by=by
        ),
        lambda: api.change_person(individual=person_of, name="\u8c37", phone=None, address=None, by=by),
        lambda: api.change_employment(employment=job, terms=api.Terms(job="x"), by=by),
        lambda: api.transfer(employment=job, place=api.NOWHERE, by=by),
        lambda: api.leave(employment=job, on=DAY, reason=LeaveReason.OTHER, by=by),
    ]
    before = AuditRecord.objects.count()
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()
    assert AuditRecord.objects.count() == before


def test_another_enterprise_is_refused(mill: Firm, forge: Firm) -> None:
    job = hire(mill)
    by = forge.contact
    with pytest.raises(Refused):
        hire(Firm(mill.unit, mill.teams, mill.room, mill.canteen, by))
    with pytest.raises(Refused):
        api.change_person(individual=job.individual, name="\u8c37", phone=None, address=None, by=by)
    with pytest.raises(Refused):
        api.transfer(employment=job, place=api.NOWHERE, by=by)
    with pytest.raises(Refused):
        api.leave(employment=job, on=DAY, reason=LeaveReason.OTHER, by=by)
    assert list(api.visible_to(by)) == []
    assert list(api.visible_individuals(by)) == []


def test_places_of_another_enterprise_are_refused_twice(mill: Firm, forge: Firm) -> None:
    """By the action with a sentence, and by the database whatever the code does."""
    job = hire(mill)
    for place in (
        api.Place(team=forge.teams[0]),
        api.Place(room=forge.room),
        api.Place(canteen=forge.canteen),
    ):
        with pytest.raises(Invalid):
            api.transfer(employment=job, place=place, by=mill.contact)
    for field, value in (
        ("team", forge.teams[0]),
        ("room", forge.room),
        ("canteen", forge.canteen),
        ("enterprise", forge.unit),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012 - deferred constraints
            Placement.objects.filter(employment=job).update(**{field: value})
            connection.check_constraints()


def test_a_known_person_is_not_registered_twice(mill: Firm, forge: Firm) -> None:
    first = hire(mill, person(number=NUMBER, phone="15400001111"))
    second = hire(forge, person(number=NUMBER.lower(), phone="15400002222"))
    assert first.individual_id == second.individual_id
    assert texts_of(first.individual).phone == "15400002222"
    assert SearchTokens.objects.count() == 1
    # Two enterprises at once are shown, not refused.
    assert set(api.concurrent(Employment.objects.all())) == {first, second}
    assert list(api.concurrent(api.visible_to(mill.contact))) == [first]


def test_a_known_number_with_another_name_is_refused_without_telling_it(mill: Firm, forge: Firm) -> None:
    hire(mill, person("\u8c37\u4e00\u9e23", NUMBER))
    with pytest.raises(Conflict) as caught:
        hire(forge, person("\u989c\u5c11\u5e73", NUMBER))
    assert caught.value.code == "name_differs"
    assert "\u8c37" not in str(caught.value.as_dict())


def test_twice_at_one_enterprise_is_refused(mill: Firm) -> None:
    hire(mill, person(number=NUMBER))
    with pytest.raises(Conflict):
        hire(mill, person(number=NUMBER))
    job = Employment.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Employment.objects.create(
            individual=job.individual, enterprise=mill.unit, joined=DAY + timedelta(days=9)
        )


def test_an_employee_number_is_used_once_while_open(mill: Firm, forge: Firm) -> None:
    first = hire(mill, no="7")
    hire(forge, no="7")
    with pytest.raises(Invalid):
        hire(mill, no="7")
    api.leave(employment=first, on=DAY + timedelta(days=1), reason=LeaveReason.RESIGNED, by=mill.contact)
    hire(mill, no="7")


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("kind", api.Terms(kind="slave")),
        ("groups", api.Terms(groups=("nobody",))),
        ("job", api.Terms(job="x" * 51)),
        ("employee_no", api.Terms(employee_no="1" * 31)),
    ],
)
def test_terms_that_will_not_do(mill: Firm, field: str, terms: api.Terms) -> None:
    with pytest.raises(Invalid) as caught:
        api.register_worker(enterprise=mill.unit, person=person(), terms=terms, joined=DAY, by=mill.contact)
    assert caught.value.place == field


def test_dates_that_will_not_do(mill: Firm) -> None:
    today = timezone.localdate()
    for joined in (today + timedelta(days=62), date(1949, 12, 31)):
        with pytest.raises(Invalid):
            hire(mill, joined=joined)
    job = hire(mill)
    for on in (today + timedelta(days=1), DAY - timedelta(days=1)):
        with pytest.raises(Invalid):
            api.leave(employment=job, on=on, reason=LeaveReason.OTHER, by=mill.contact)


def test_a_closed_enterprise_takes_nobody(park: Park, mill: Firm) -> None:
    Enterprise.objects.create(
        unit=mill.unit, credit_code="91110000600037341L", industry="34", status="closed"
    )
    with pytest.raises(Invalid):
        hire(mill)
    with pytest.raises(Invalid):
        api.register_worker(
            enterprise=park.area, person=person(), terms=api.Terms(), joined=DAY, by=park.root
        )


def test_correcting_a_person(mill: Firm) -> None:
    job = hire(mill, person(number=NUMBER, phone="15400001111", address="\u6c11\u5b89\u8857"))
    other = id_number(77, year=1891)
    api.change_person(
        individual=job.individual,
        name="\u989c\u5c11\u5e73",
        phone="",
        address="\u65b0\u8857 1 \u53f7",
        document=api.read_document(DocumentKind.ID_CARD, other),
        by=mill.contact,
    )
    stored = Individual.objects.get()
    assert texts_of(stored) == api.Opened("\u989c\u5c11\u5e73", other, None, "\u65b0\u8857 1 \u53f7")
    assert stored.birth_year == 1891
    # The former name and number find nobody any more.
    everyone = Employment.objects.all()
    assert list(api.roster(everyone, api.RosterFilter(words="\u8c37\u4e00\u9e23"))) == []
    assert list(api.roster(everyone, api.RosterFilter(words=NUMBER[-4:]))) == []
    assert list(api.roster(everyone, api.RosterFilter(words="ysp"))) == [job]
    line = AuditRecord.objects.get(verb="people.person_changed")
    assert line.body == {"fields": ["address", "id", "name", "phone"]}


def test_a_number_of_somebody_else_is_refused(mill: Firm) -> None:
    hire(mill, person(number=NUMBER))
    job = hire(mill)
    with pytest.raises(Conflict) as caught:
        api.change_person(
            individual=job.individual,
            name="\u8c37\u4e00\u9e23",
            phone=None,
            address=None,
            document=api.read_document(DocumentKind.ID_CARD, NUMBER),
            by=mill.contact,
        )
    assert caught.value.code == "number_taken"


def test_the_former_enterprise_no_longer_changes_the_person(mill: Firm, forge: Firm) -> None:
    job = hire(mill, person(number=NUMBER))
    api.leave(employment=job, on=DAY + timedelta(days=3), reason=LeaveReason.EXPIRED, by=mill.contact)
    hire(forge, person(number=NUMBER), joined=DAY + timedelta(days=4))
    with pytest.raises(Refused):
        api.change_person(individual=job.individual, name="\u8c37", phone=None, address=None, by=mill.contact)
    assert list(api.visible_to(mill.contact)) == [job]


def test_leaving_and_returning_keeps_both_periods(mill: Firm) -> None:
    job = hire(mill, no="7")
    api.leave(employment=job, on=DAY + timedelta(days=10), reason=LeaveReason.RESIGNED, by=mill.contact)
    with pytest.raises(Conflict):
        api.transfer(employment=job, place=api.NOWHERE, by=mill.contact)
    again = api.rehire(
        employment=job, joined=DAY + timedelta(days=20), terms=api.Terms(employee_no="7"), by=mill.contact
    )
    assert again.individual_id == job.individual_id
    assert Placement.objects.filter(t1=None).get().employment_id == again.pk
    with pytest.raises(Conflict):
        api.rehire(employment=job, joined=DAY + timedelta(days=30), terms=api.Terms(), by=mill.contact)


def test_one_who_never_came_leaves_no_trace_of_a_place(mill: Firm) -> None:
    ahead = timezone.localdate() + timedelta(days=7)
    job = hire(mill, joined=ahead)
    api.transfer(employment=job, place=api.Place(team=mill.teams[1]), by=mill.contact)
    assert Placement.objects.get().team == mill.teams[1]
    api.leave(employment=job, on=ahead, reason=LeaveReason.MISTAKE, by=mill.contact)
    assert not Placement.objects.exists()


def test_other_documents(mill: Firm) -> None:
    document = api.read_document(DocumentKind.PASSPORT, " e 1234 5678 ")
    assert document.number == "E12345678"
    job = hire(mill, api.Personal("Ana Lima", document))
    assert Individual.objects.get().birth_year is None
    everyone = Employment.objects.all()
    assert list(api.roster(everyone, api.RosterFilter(words="analima"))) == [job]
    with pytest.raises(Invalid):
        api.read_document(DocumentKind.PASSPORT, "E-1")
    residence = api.read_document(DocumentKind.RESIDENCE, NUMBER)
    assert residence.key == api.read_document(DocumentKind.ID_CARD, NUMBER).key
