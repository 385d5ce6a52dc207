"""Opening contacts: they are stored sealed with the key of the person they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact
from pingzhan.foundation.privacy.lookup import digest
from pingzhan.foundation.privacy.masks import mask_any, mask_phone
from pingzhan.foundation.privacy.vault import Vault

CALLABLE = (Channel.PHONE, Channel.SMS)
"""Channels whose address is a number one can ring."""


def sealed_field(channel: str) -> str:
    """Return the name a contact is sealed under, so that it cannot pass for one of another channel."""
    return f"contact.{channel}"


def contact_digest(channel: str, address: str) -> bytes:
    """Return the keyed hash by which the same contact is not stored twice."""
    return digest(sealed_field(channel), address)


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
