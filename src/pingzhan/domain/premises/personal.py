"""The telephone of whoever reports an incident: checked, sealed with a subject of its own, opened again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from pingzhan.domain.premises.models import Incident
from pingzhan.foundation.privacy.vault import Vault, new_subjects
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.phone import Phone

PHONE = "phone"
"""The sealed field; its name binds the sealed text to its column and is part of what is stored."""
CALLER = "premises.incident"
"""Kind of subject."""


def read_phone(text: str) -> str:
    """Return a phone number. Raises Invalid with the place ``phone``, also for none."""
    if not text.strip():
        raise Invalid(_("请填写联系电话。"), place="phone")
    try:
        return str(Phone.parse(text))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, hint=error.hint, place="phone") from error


def read_words(text: str, *, place: str, required: str = "", most: int = 60) -> str:
    """Return a text without needless blanks. Raises Invalid when too long, or empty and ``required`` says so."""
    words = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not words and required:
        raise Invalid(required, place=place)
    if len(words) > most:
        raise Invalid(_("填写的内容过长，最多 %(n)d 个字。") % {"n": most}, place=place)
    return words


def sealed(phone: str) -> tuple[int, bytes]:
    """Make a subject and return its id with the phone sealed for it."""
    vault = new_subjects(CALLER, 1)
    (subject,) = vault.ids
    return subject, vault.seal(subject, PHONE, phone)


def phones(rows: Iterable[Incident]) -> dict[int, str]:
    """Return the phones of incidents by their id, empty where destroyed. One query."""
    found: Sequence[Incident] = list(rows)
    vault = Vault.load([row.subject_id for row in found])
    return {row.pk: vault.open(row.subject_id, PHONE, row.phone_sealed) or "" for row in found}
