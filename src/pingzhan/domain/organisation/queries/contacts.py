"""Opening contacts: they are stored sealed with the key of the person they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import QuerySet

from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact, Person
from pingzhan.foundation.privacy.lookup import digest, tokens
from pingzhan.foundation.privacy.masks import mask_any, mask_phone
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.folding import fold

CALLABLE = (Channel.PHONE, Channel.SMS)
"""Channels whose address is a number one can ring."""
TAIL_KIND = "organisation.tail"
"""The purpose of the hashes of last digits: those of workers never match them."""
_TAIL = re.compile(r"[0-9]{4}")
_NO_DIGIT = re.compile(r"[^0-9]")


def sealed_field(channel: str) -> str:
    """Return the name a contact is sealed under, so that it cannot pass for one of another channel."""
    return f"contact.{channel}"


def contact_digest(channel: str, address: str) -> bytes:
    """Return the keyed hash by which the same contact is not stored twice."""
    return digest(sealed_field(channel), address)


def contact_tail(channel: str, address: str) -> int | None:
    """Return the keyed hash of the last four digits of a number one can ring; None for any other address."""
    digits = _NO_DIGIT.sub("", fold(address))
    if channel not in CALLABLE or len(digits) < 7:
        return None
    return tokens(TAIL_KIND, [digits[-4:]])[0]


def with_tail(persons: QuerySet[Person], digits: str) -> QuerySet[Person]:
    """Return those of the persons who have a telephone that ends in these four digits; nobody for other text.

    Whom the actor may see is the caller's selection.
    """
    if not _TAIL.fullmatch(digits):
        return persons.none()
    (wanted,) = tokens(TAIL_KIND, [digits])
    return persons.filter(pk__in=Contact.objects.filter(tail=wanted).order_by().values("person"))


def masked_tails(person_ids: Iterable[int], digits: str) -> dict[int, str]:
    """Return by person the masked telephones that end in these digits. Two queries, one when there is none."""
    if not _TAIL.fullmatch(digits):
        return {}
    (wanted,) = tokens(TAIL_KIND, [digits])
    rows = list(_ordered().filter(person__in=list(person_ids), tail=wanted))
    shown = masked(rows) if rows else {}
    found: dict[int, str] = {}
    for row in rows:
        found.setdefault(row.person_id, shown[row.pk])
    return found


def opened(contacts: Iterable[Contact]) -> dict[int, str]:
    """Return the addresses of contacts by contact id (one query). Their persons must be loaded."""
    rows = list(contacts)
    vault = Vault.load(row.person.subject_id for row in rows if row.person.subject_id is not None)
    found = {}
    for row in rows:
        if row.person.subject_id is not None:
            text = vault.open(row.person.subject_id, sealed_field(row.channel), row.sealed)
            if text is not None:
                found[row.pk] = text
    return found


def masked(contacts: Iterable[Contact]) -> dict[int, str]:
    """Return the addresses with their middle hidden, by contact id (one query)."""
    rows = list(contacts)
    texts = opened(rows)
    return {
        row.pk: (mask_phone if row.channel in CALLABLE else mask_any)(texts.get(row.pk, "")) for row in rows
    }


def contacts_of(person_id: int) -> list[tuple[str, str]]:
    """Return (channel, address) of a person, the first to be tried first. Two queries."""
    rows = list(_ordered().filter(person_id=person_id))
    texts = opened(rows)
    return [(row.channel, texts[row.pk]) for row in rows if row.pk in texts]


def phones_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Return the first number of each person that can be rung, by person id. Two queries, one if none."""
    first: dict[int, Contact] = {}
    for row in _ordered().filter(person__in=list(person_ids), channel__in=CALLABLE):
        first.setdefault(row.person_id, row)
    texts = opened(first.values()) if first else {}
    return {person: texts[row.pk] for person, row in first.items() if row.pk in texts}


def _ordered() -> QuerySet[Contact]:
    return Contact.objects.select_related("person").order_by("priority", "id")


def persons_with_number(number: str) -> list[int]:
    """Return the persons whom this mobile number reaches, several when they share it. One query, none opened."""
    digests = [contact_digest(channel, number) for channel in CALLABLE]
    return list(
        Contact.objects.filter(channel__in=CALLABLE, digest__in=digests)
        .order_by("person_id")
        .values_list("person_id", flat=True)
        .distinct()
    )
