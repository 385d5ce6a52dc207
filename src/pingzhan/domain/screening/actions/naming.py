"""Reading by name who was not swabbed: whoever does not keep the enterprise's ledgers himself is put on record."""

from __future__ import annotations

from django.db import transaction

from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record


def note_chased(*, enterprise: Unit, persons: int, by: Actor) -> bool:
    """Return whether the actor may read the names of an enterprise's workers in full, and record the reading.

    False without VIEW_WORKERS: show them masked. The enterprise's own keepers work with these names all day and are
    not recorded; nor is a page that names nobody.
    """
    if persons and not by.has(Permission.KEEP_LEDGERS, enterprise.path):
        with transaction.atomic():
            record(
                "screening.chase_read", by=by, subject=("unit", enterprise.pk), unit_path=enterprise.path,
                body={"persons": persons},
            )  # fmt: skip
    return by.has(Permission.VIEW_WORKERS, enterprise.path)
