"""Reading by name who is ill: whoever does not keep the enterprise's ledgers himself is put on record."""

from __future__ import annotations

from django.db import transaction

from pingzhan.domain.health import rules
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record


def note_names_read(*, enterprise: Unit, persons: int, by: Actor) -> bool:
    """Return whether the actor may read names of the enterprise's ill in full, and record that he does.

    False without VIEW_HEALTH: show them masked. The enterprise's own keepers work with these names all day and
    are not recorded; nor is a page that names nobody.
    """
    if not rules.can_see(by, enterprise):
        return False
    if persons and not rules.can_keep(by, enterprise):
        with transaction.atomic():
            record(
                "health.names_read", by=by, subject=("unit", enterprise.pk), unit_path=enterprise.path,
                body={"persons": persons},
            )  # fmt: skip
    return True
