"""Contacts: sealed with the person's key, found by a keyed hash, opened in one query."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from pingzhan.domain.organisation import api, rules
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact, Person
from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.privacy import keyring, rotation
from pingzhan.foundation.privacy.errors import Unreadable
from pingzhan.foundation.privacy.reveal import reveal
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

from .conftest import with_role

ROOT = system_actor("test")


@pytest.fixture(autouse=True)
def fresh_ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    keyring.create()


def test_no_table_holds_the_number(people: list[Person]) -> None:
    api.add_contact(person=people[0], channel=Channel.PHONE, address=" 13900001234 ", by=ROOT)
    assert api.contacts_of(people[0].pk) == [("phone", "13900001234")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE table_name LIKE 'organisation_contact%' AND column_name = 'address'"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT c::text FROM organisation_contact c")
        row = str(cursor.fetchone())
        cursor.execute("SELECT c::text FROM organisation_contacthistory c")
        row += str(cursor.fetchone())
    assert "13900001234" not in row
    assert b"13900001234".hex() not in row
    history = apps.get_model("organisation", "ContactHistory")
    assert "digest" not in {field.name for field in history._meta.fields}


def test_the_same_contact_is_refused_once_per_channel(people: list[Person]) -> None:
    api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)
    with pytest.raises(Conflict):
        api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)
    api.add_contact(person=people[0], channel=Channel.SMS, address="13900001234", by=ROOT)
    api.add_contact(person=people[1], channel=Channel.PHONE, address="13900001234", by=ROOT)
    assert len({bytes(value) for value in Contact.objects.values_list("sealed", flat=True)}) == 3


@pytest.mark.parametrize("address", ["", "   ", "x" * 201])
def test_what_is_no_address_is_refused(people: list[Person], address: str) -> None:
    with pytest.raises(Invalid):
        api.add_contact(person=people[0], channel=Channel.PHONE, address=address, by=ROOT)
    with pytest.raises(Invalid):
        api.add_contact(person=people[0], channel="fax", address="1", by=ROOT)  # type: ignore[arg-type]


def test_many_at_once_or_none(people: list[Person]) -> None:
    rows = [(person, Channel.PHONE, f"1390000000{n}") for n, person in enumerate(people[:3])]
    assert api.add_contacts(rows=[*rows, (people[0], Channel.EMAIL, "a@example.invalid")], by=ROOT) == 4
    assert [text for _channel, text in api.contacts_of(people[0].pk)] == ["13900000000", "a@example.invalid"]
    with pytest.raises(Conflict):
        api.add_contacts(rows=[(people[4], Channel.PHONE, "1"), rows[1]], by=ROOT)
    assert Contact.objects.count() == 4
    assert api.phones_of(person.pk for person in people[:4]) == {
        people[n].pk: f"1390000000{n}" for n in range(3)
    }


@pytest.mark.parametrize("count", [1, 3])
def test_opening_is_two_queries_for_any_number(
    people: list[Person], count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.add_contacts(rows=[(one, Channel.PHONE, "13900000000") for one in people[:count]], by=ROOT)
    with django_assert_num_queries(2):
        assert len(api.phones_of(one.pk for one in people[:count])) == count


def test_a_number_moved_to_another_person_does_not_open(people: list[Person]) -> None:
    api.add_contacts(rows=[(one, Channel.PHONE, f"1390000{one.pk}") for one in people[:2]], by=ROOT)
    one, two = Contact.objects.order_by("person_id")
    Contact.objects.filter(pk=one.pk).update(sealed=two.sealed)
    with pytest.raises(Unreadable):
        api.contacts_of(one.person_id)


def test_hashes_follow_the_look_up_key(people: list[Person]) -> None:
    api.add_contacts(rows=[(one, Channel.PHONE, "13900001234") for one in people[:3]], by=ROOT)
    before = {bytes(value) for value in Contact.objects.values_list("digest", flat=True)}
    rotation.rotate_lookup(by=ROOT)
    after = {bytes(value) for value in Contact.objects.values_list("digest", flat=True)}
    assert (len(before), len(after), before & after) == (1, 1, set())
    with pytest.raises(Conflict):
        api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)


def _reveal(by: Actor, pk: int) -> dict[str, str]:
    found = rules.revealable_contact(by, pk)
    return reveal(
        subject_id=found.subject_id, fields=found.fields, reason="call now", by=by, unit_path=found.unit_path
    )


def test_opened_on_the_record_by_those_who_see_the_person(people: list[Person]) -> None:
    contact = api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)
    assert _reveal(with_role(Role.DUTY_OFFICER), contact.pk) == {"contact.phone": "13900001234"}
    with pytest.raises(NotFound):
        rules.revealable_contact(with_role(Role.COMPANY), contact.pk)
    with pytest.raises(NotFound):
        rules.revealable_contact(with_role(Role.DUTY_OFFICER), contact.pk + 100)


def tails(digits: str) -> list[int]:
    return sorted(api.with_tail(Person.objects.all(), digits).values_list("pk", flat=True))


def test_people_are_found_by_the_end_of_a_telephone_only(people: list[Person]) -> None:
    one, two = people[0], people[1]
    api.add_contact(person=one, channel=Channel.PHONE, address="139 0000 1234", by=ROOT)
    api.add_contact(
        person=two,
        channel=Channel.SMS,
        address="\uff11\uff13\uff18\uff10\uff10\uff10\uff10\uff11\uff12\uff13\uff14",
        by=ROOT,
    )
    api.add_contact(person=two, channel=Channel.EMAIL, address="x13900005678@example.org", by=ROOT)
    api.add_contact(person=two, channel=Channel.WECOM, address="13900005678", by=ROOT)
    api.add_contact(person=two, channel=Channel.PHONE, address="5678", by=ROOT)
    assert tails("1234") == sorted([one.pk, two.pk])
    for nobody in (
        "5678",
        "0123",
        "234",
        "12345",
        "",
        "%234",
        "12 34",
        "\u0661\u0662\u0663\u0664",
        "1234' OR '1'='1",
    ):
        assert tails(nobody) == [], nobody
    assert api.masked_tails([one.pk], "1234") == {one.pk: "139******1234"}
    assert api.masked_tails([one.pk], "%") == {}


def test_the_hash_of_a_tail_follows_the_key_and_leaves_no_copy(people: list[Person]) -> None:
    contact = api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)
    before = Contact.objects.get(pk=contact.pk).tail
    assert before not in (None, 1234)
    rotation.rotate_lookup(by=ROOT)
    after = Contact.objects.get(pk=contact.pk).tail
    assert after not in (None, before)
    assert tails("1234") == [people[0].pk]
    history = apps.get_model("organisation", "ContactHistory")
    assert "tail" not in {field.name for field in history._meta.fields}
    with connection.cursor() as cursor:
        cursor.execute("SELECT h::text FROM organisation_contacthistory h")
        assert str(before) not in str(cursor.fetchall())


def test_nothing_of_an_erased_person_is_found(people: list[Person]) -> None:
    from pingzhan.domain.organisation.actions.contacts import remove_of_subjects

    api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)
    people[0].refresh_from_db()
    assert people[0].subject_id is not None
    assert remove_of_subjects([people[0].subject_id]) == 1
    assert tails("1234") == []


def test_a_contact_is_verified_by_who_rings_up_and_by_an_answer(people: list[Person]) -> None:
    first = api.add_contact(person=people[0], channel=Channel.PHONE, address="13900001234", by=ROOT)
    other = api.add_contact(person=people[0], channel=Channel.EMAIL, address="a@example.org", by=ROOT)
    path = people[0].home_unit.path
    for role in set(Role) - {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER}:
        with pytest.raises(Refused):
            api.verify_contact(contact=first, by=with_role(role, path))
    with pytest.raises(Refused):
        api.verify_contact(contact=first, by=with_role(Role.DUTY_OFFICER, f"{path}9/"))
    assert Contact.objects.filter(verified_at__isnull=False).count() == 0
    api.verify_contact(contact=first, by=with_role(Role.DUTY_OFFICER, path))
    assert list(Contact.objects.filter(verified_at__isnull=False)) == [first]
    assert api.note_reached(person_id=people[0].pk, channels=[Channel.EMAIL, Channel.WECOM]) == 1
    assert Contact.objects.filter(verified_at__isnull=False, pk=other.pk).exists()
