"""People who are on no list: registered with name and document where they are sampled, sealed, matched when known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Coalesce

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import DocumentKind
from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening.models import WalkIn
from pingzhan.foundation.privacy.vault import Vault, new_subjects

SUBJECT = "screening.walkin"
NAME, NUMBER = "name", "id"
"""The sealed fields; the names bind each sealed text to its column and are part of what is stored."""


@dataclass(frozen=True, slots=True)
class Known:
    """A checked name and document."""

    name: str
    document: people.Document


def read(name: str, number: str) -> Known:
    """Return them checked, the check character of GB 11643 with them. Raises Invalid."""
    return Known(people.read_name(name), people.read_document(DocumentKind.ID_CARD, number))


def keep(round_id: int, guests: Sequence[Known]) -> dict[str, int]:
    """Return each guest's key as a person by the key of his document: an individual, or a walk-in below zero.

    Somebody is registered once in a round, whatever his name was written like. The caller holds the round's lock.
    """
    documents = {one.document.key: one for one in reversed(guests)}
    if not documents:
        return {}
    digests = dict(
        zip(documents, people.document_digests(one.document for one in documents.values()), strict=True)
    )
    individuals = {
        bytes(digest): pk
        for digest, pk in Individual.objects.filter(id_digest__in=digests.values()).values_list(
            "id_digest", Coalesce(F("merged_into_id"), F("id"))
        )
    }
    known = {key: individuals[digest] for key, digest in digests.items() if digest in individuals}
    made = {
        bytes(digest): pk
        for digest, pk in WalkIn.objects.filter(
            round_id=round_id, id_digest__in=digests.values()
        ).values_list("id_digest", "pk")
        if digest is not None
    }
    missing = [key for key in digests if key not in known and digests[key] not in made]
    made |= _make(round_id, [documents[key] for key in missing], [digests[key] for key in missing])
    return {key: known.get(key) or -made[digest] for key, digest in digests.items()}


def _make(round_id: int, guests: Sequence[Known], digests: Sequence[bytes]) -> Mapping[bytes, int]:
    if not guests:
        return {}
    vault = new_subjects(SUBJECT, len(guests))
    rows = WalkIn.objects.bulk_create(
        WalkIn(
            round_id=round_id,
            subject_id=subject,
            id_digest=digest,
            name_sealed=vault.seal(subject, NAME, one.name),
            id_sealed=vault.seal(subject, NUMBER, one.document.number),
        )
        for subject, one, digest in zip(vault.ids, guests, digests, strict=True)
    )
    return {digest: row.pk for digest, row in zip(digests, rows, strict=True)}


def names(rows: Sequence[WalkIn]) -> dict[int, str]:
    """Return the names of walk-ins by their id; empty once the key is destroyed. One query."""
    vault = Vault.load([one.subject_id for one in rows])
    return {one.pk: vault.open(one.subject_id, NAME, one.name_sealed) or "" for one in rows}
