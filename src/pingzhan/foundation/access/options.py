"""Changing a setting of the system."""

from __future__ import annotations

from django.db import transaction

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.options.registry import option, store


@transaction.atomic
def change_option(*, key: str, text: str, by: Actor) -> bool:
    """Set a setting from the text of a form; return whether anything changed. Recorded in the trail.

    Raises Refused without the right, NotFound for an unknown setting, Invalid for a value it does not take.
    """
    require(by, Permission.MANAGE_SETTINGS)
    known = option(key)
    new = known.parse(text)
    if not store(key, new, by_name=by.name):
        return False
    record("option.changed", by=by, subject=("option", key), body={"value": known.text_of(new)})
    return True
