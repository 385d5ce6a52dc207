"""Changes of contacts: sealed with the key of their person, found again by a keyed hash."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.actions.telling import tell
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact, Person
from pingzhan.domain.organisation.queries.contacts import (
    contact_digest,
    contact_tail,
    opened,
    sealed_field,
)
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.privacy.vault import Vault, new_subjects
from pingzhan.kernel.errors import Conflict, Invalid

KIND = "official"
"""Kind of the subjects behind persons of the structure: officials and contacts of enterprises."""
LONGEST = 200
BATCH = 2_000
Row = tuple[Person, Channel, str]


@transaction.atomic
def add_contact(*, person: Person, channel: Channel, address: str, by: Actor) -> Contact:
    """Add a way to reach a person, after those he has. The audit record holds no address.

    Raises Invalid for an empty or over-long address, Conflict when he has this contact already.
    """
    require(by, Permission.EDIT_STRUCTURE, person.home_unit.path)
    contact = _store([(person, channel, address)])[0]
    tell(person.home_unit.path, person.pk)
    record(
        "person.add_contact",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"channel": channel},
    )
    return contact


@transaction.atomic
def add_contacts(*, rows: Sequence[Row], by: Actor) -> int:
    """Add contacts of many persons at once and return how many; a fixed number of statements.

    Raises as add_contact does, and stores nothing then.
    """
    per_unit: Counter[str] = Counter()
    for person, _channel, _address in rows:
        per_unit[person.home_unit.path] += 1
    for path in per_unit:
        require(by, Permission.EDIT_STRUCTURE, path)
    made = _store(rows)
    for person, _channel, _address in rows:
        tell(person.home_unit.path, person.pk)
    for path, count in per_unit.items():
        record("person.add_contacts", by=by, unit_path=path, body={"count": count})
    return len(made)


@transaction.atomic
def remove_contact(*, contact: Contact, by: Actor) -> None:
    """Remove a way to reach a person that no longer works."""
    person = contact.person
    require(by, Permission.EDIT_STRUCTURE, person.home_unit.path)
    channel = contact.channel
    contact.delete()
    tell(person.home_unit.path, person.pk)
    record(
        "person.remove_contact",
        by=by,
        subject=("person", person.pk),
        unit_path=person.home_unit.path,
        body={"channel": channel},
    )


@transaction.atomic
def verify_contact(*, contact: Contact, by: Actor) -> None:
    """Note that a contact reached its person just now; recorded. An old one may be wrong (readiness, 90 days).

    Raises Refused for who neither edits the structure nor manages seats of the person's unit.
    """
    person = contact.person
    path = person.home_unit.path
    if not by.has(Permission.MANAGE_SEATS, path):
        require(by, Permission.EDIT_STRUCTURE, path)
    Contact.objects.filter(pk=contact.pk).update(verified_at=Now())
    record(
        "person.verify_contact",
        by=by,
        subject=("person", person.pk),
        unit_path=path,
        body={"channel": contact.channel},
    )


def note_reached(*, person_id: int, channels: Collection[Channel]) -> int:
    """Note that a person answered over one of these channels, and return how many contacts that verifies.

    Joins the caller's transaction, which records what the answer was; nobody types in what the system saw.
    """
    return Contact.objects.filter(person=person_id, channel__in=channels).update(verified_at=Now())


def count_of_subjects(ids: Sequence[int]) -> int:
    """Return how many contacts these subjects have."""
    return Contact.objects.filter(person__subject__in=ids).count()


def remove_of_subjects(ids: Sequence[int]) -> int:
    """Remove all contacts of these subjects: without an address a contact is nothing that could be kept."""
    return Contact.objects.filter(person__subject__in=ids).delete()[0]


def rehash() -> int:
    """Make the hashes of all contacts anew under the look-up key in force."""
    done = after = 0
    while True:
        rows = list(Contact.objects.select_related("person").filter(pk__gt=after).order_by("pk")[:BATCH])
        if not rows:
            return done
        texts = opened(rows)
        fresh = [
            (row.pk, contact_digest(row.channel, text), contact_tail(row.channel, text))
            for row in rows
            if (text := texts.get(row.pk)) is not None
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE organisation_contact AS c SET digest = v.digest, tail = v.tail"
                " FROM unnest(%s::bigint[], %s::bytea[], %s::bigint[]) AS v(id, digest, tail)"
                " WHERE c.id = v.id",
                [list(column) for column in zip(*fresh, strict=True)] or [[], [], []],
            )
        done += len(fresh)
        after = rows[-1].pk


def _store(rows: Sequence[Row]) -> list[Contact]:
    cleaned = [(person, channel, _checked(address)) for person, channel, address in rows]
    vault, subjects = _vault(person for person, _channel, _address in cleaned)
    top: defaultdict[int, int] = defaultdict(lambda: -1)
    for person_id, last in (
        Contact.objects.filter(person__in=subjects)
        .order_by()
        .values_list("person_id")
        .annotate(last=Max("priority"))
        .values_list("person_id", "last")
    ):
        top[person_id] = last
    contacts = list(_made(cleaned, vault, subjects, top))
    _refuse_doubles(contacts)
    return Contact.objects.bulk_create(contacts, batch_size=5000)


def _made(
    rows: Iterable[Row], vault: Vault, subjects: dict[int, int], top: defaultdict[int, int]
) -> Iterator[Contact]:
    for person, channel, address in rows:
        top[person.pk] += 1
        subject = subjects[person.pk]
        contact = Contact(
            person=person,
            channel=channel,
            sealed=vault.seal(subject, sealed_field(channel), address),
            digest=contact_digest(channel, address),
            tail=contact_tail(channel, address),
            priority=top[person.pk],
        )
        try:
            contact.clean_fields()
        except ValidationError as error:
            raise Invalid(_("联系方式的种类不对。"), place=person.name) from error
        yield contact


def _refuse_doubles(contacts: Sequence[Contact]) -> None:
    stored = {
        (person, channel, bytes(value))
        for person, channel, value in Contact.objects.filter(
            person__in={contact.person_id for contact in contacts}
        ).values_list("person_id", "channel", "digest")
    }
    for contact in contacts:
        key = (contact.person_id, str(contact.channel), bytes(contact.digest))
        if key in stored:
            raise Conflict(_("该人员已有这一联系方式。"), place=contact.person.name, code="contact_once")
        stored.add(key)


def _checked(address: str) -> str:
    address = address.strip()
    if not address:
        raise Invalid(_("联系方式的种类和号码不能为空。"), code="contact_complete")
    if len(address) > LONGEST:
        raise Invalid(_("联系方式不能超过 %(most)d 个字。") % {"most": LONGEST}, code="contact_long")
    return address


def _vault(persons: Iterable[Person]) -> tuple[Vault, dict[int, int]]:
    """Return the opened keys of persons and their subjects by person id; who has none gets one.

    The persons are locked, so that two first contacts at once do not make two keys.
    """
    wanted = {person.pk: person for person in persons}
    subjects: dict[int, int] = {}
    without = []
    erased = set(
        Subject.objects.filter(official__in=wanted, wrapped__isnull=True)
        .order_by()
        .values_list("pk", flat=True)
    )
    for pk, subject in (
        Person.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
        .values_list("pk", "subject_id")
    ):
        if subject is None or subject in erased:
            without.append(pk)
        else:
            subjects[pk] = subject
    fresh = new_subjects(KIND, len(without))
    for pk, subject in zip(without, fresh.ids, strict=True):
        subjects[pk] = subject
    if without:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE organisation_person AS p SET subject_id = v.subject"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, subject) WHERE p.id = v.id",
                [without, list(fresh.ids)],
            )
        for pk, subject in zip(without, fresh.ids, strict=True):
            wanted[pk].subject_id = subject
    return Vault.load(subjects.values()), subjects
