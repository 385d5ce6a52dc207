"""What is sealed of visitors and drivers: checked in one way, sealed with a subject of its own per entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.foundation.privacy import masks
from pingzhan.foundation.privacy.vault import Vault, new_subjects
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold
from pingzhan.kernel.idnumber import IdNumber
from pingzhan.kernel.phone import Phone

NAME, NUMBER, PHONE, HOST, DRIVER, ESCORT = "name", "id", "phone", "host", "driver", "escort"
WRITTEN, WHEREABOUTS = "written", "whereabouts"
"""The sealed fields; the names bind each sealed text to its column and are part of what is stored."""
VISITOR, VEHICLE = "gate.visitor", "gate.driver"
"""Kinds of subject."""
MAX_NAME, MAX_WORDS, MAX_STORY = 50, 60, 200


def read_name(text: str, *, place: str = "name", required: bool = True) -> str:
    """Return a person's name with single blanks, empty when none is required. Raises Invalid."""
    name = fold(text)
    if not name and not required:
        return ""
    if not name or not any(mark.isalpha() for mark in name):
        raise Invalid(_("请填写姓名。"), place=place)
    if len(name) > MAX_NAME:
        raise Invalid(_("姓名过长。"), place=place)
    if any(mark.isdigit() for mark in name):
        raise Invalid(_("姓名中不应有数字。"), place=place)
    return name


def read_words(text: str, *, place: str, required: str = "", most: int = MAX_WORDS) -> str:
    """Return a short text folded. Raises Invalid when too long, or empty and ``required`` says what to fill in."""
    words = fold(text)
    if not words and required:
        raise Invalid(required, place=place)
    if len(words) > most:
        raise Invalid(_("填写的内容过长，最多 %(n)d 个字。") % {"n": most}, place=place)
    return words


def read_number(text: str) -> str:
    """Return an identity number, empty for none. Raises Invalid with the place ``number``."""
    if not text.strip():
        return ""
    try:
        return str(IdNumber.parse(text))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, hint=error.hint, place="number") from error


def read_phone(text: str) -> str:
    """Return a phone number, empty for none. Raises Invalid with the place ``phone``."""
    if not text.strip():
        return ""
    try:
        return str(Phone.parse(text))
    except Invalid as error:
        raise Invalid(error.message, code=error.code, hint=error.hint, place="phone") from error


def sealed(kind: str, texts: Mapping[str, str]) -> tuple[int, dict[str, bytes | None]]:
    """Make a subject and return its id with the texts sealed for it, by field; an empty text stays None."""
    vault = new_subjects(kind, 1)
    (subject,) = vault.ids
    return subject, {name: vault.seal(subject, name, text) if text else None for name, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Texts:
    """The opened texts of one row; empty where there is nothing or nothing any more."""

    name: str = ""
    number: str = ""
    phone: str = ""
    host: str = ""
    driver: str = ""
    escort: str = ""
    written: str = ""
    whereabouts: str = ""
    erased: bool = False

    @property
    def masked_name(self) -> str:
        """Return the visitor's name with all but the first character hidden."""
        return masks.mask_name(self.name)

    @property
    def masked_number(self) -> str:
        """Return the identity number with its middle hidden."""
        return masks.mask_id(self.number)

    @property
    def masked_phone(self) -> str:
        """Return the phone with its middle hidden."""
        return masks.mask_phone(self.phone)


_COLUMNS = {
    NAME: "name_sealed",
    NUMBER: "id_sealed",
    PHONE: "phone_sealed",
    HOST: "host_sealed",
    DRIVER: "driver_sealed",
    ESCORT: "escort_sealed",
    WRITTEN: "written_sealed",
    WHEREABOUTS: "whereabouts_sealed",
}
_ATTRIBUTES = {NUMBER: "number"}


def opened(rows: Iterable[Any]) -> dict[int, Texts]:
    """Return the texts of visits, appointments or vehicle entries by their id. One query for all keys."""
    found: Sequence[Any] = list(rows)
    vault = Vault.load([row.subject_id for row in found])
    return {
        row.pk: Texts(
            **{
                _ATTRIBUTES.get(field, field): vault.open(row.subject_id, field, getattr(row, column)) or ""
                for field, column in _COLUMNS.items()
                if hasattr(row, column)
            },
            erased=vault.erased(row.subject_id),
        )
        for row in found
    }
