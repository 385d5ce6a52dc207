"""What identifies a person, checked and written in one way, whoever enters it: a form, an import, the demo."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from pingzhan.domain.people.enums import DocumentKind, Sex
from pingzhan.foundation.privacy import lookup
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact, fold
from pingzhan.kernel.idnumber import IdNumber
from pingzhan.kernel.phone import Phone

NAME, NUMBER, PHONE, ADDRESS = "name", "id", "phone", "address"
FIELDS = (NAME, NUMBER, PHONE, ADDRESS)
"""The sealed fields; the names bind each sealed text to its column and are part of what is stored."""
DIGEST_KIND = "people.document"
PHONE_KIND = "people.phone"
NAME_KIND = "people.name"

_KINDS = frozenset(DocumentKind.values)
#: Documents whose number has the form of GB 11643 and states birth date and sex.
LIKE_ID_CARD = frozenset({DocumentKind.ID_CARD, DocumentKind.RESIDENCE})
_OTHER_NUMBER = re.compile(r"[0-9A-Z]{5,20}\Z")
MAX_NAME = 50
MAX_ADDRESS = 200


@dataclass(frozen=True, slots=True)
class Document:
    """A checked document number: ``key`` is what its digest is taken of, the same for both ID card forms."""

    kind: str
    number: str
    sex: str
    birth_year: int | None

    @property
    def key(self) -> str:
        """Return kind and number as one text; cards with numbers of GB 11643 share one kind."""
        return f"{'gb11643' if self.kind in LIKE_ID_CARD else self.kind}:{self.number}"


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal data of somebody, checked; phone and address may be missing."""

    name: str
    document: Document
    phone: str | None = None
    address: str | None = None

    def texts(self) -> dict[str, str | None]:
        """Return the four texts by sealed field."""
        return {
            NAME: self.name,
            NUMBER: self.document.number,
            PHONE: self.phone,
            ADDRESS: self.address,
        }


def read_document(kind: str, text: str, *, today: date | None = None) -> Document:
    """Return the document with sex and birth year where its number states them. Raises Invalid."""
    if kind not in _KINDS:
        raise Invalid(_("证件类型不对。"), place="doc_kind")
    if kind in LIKE_ID_CARD:
        found = IdNumber.parse(text, today=today)
        return Document(kind, found.value, found.sex, found.birth.year)
    number = compact(text).upper()
    if not _OTHER_NUMBER.fullmatch(number):
        raise Invalid(_("证件号码应为 5 至 20 位数字或字母。"), place="number")
    return Document(kind, number, Sex.UNKNOWN.value, None)


def read_name(text: str) -> str:
    """Return the name with single blanks. Raises Invalid for an empty one, digits, or more than 50 marks."""
    name = fold(text)
    if not name or not any(mark.isalpha() for mark in name):
        raise Invalid(_("请填写姓名。"), place="name")
    if len(name) > MAX_NAME:
        raise Invalid(_("姓名过长。"), place="name")
    if any(mark.isdigit() for mark in name):
        raise Invalid(_("姓名中不应有数字。"), place="name")
    return name


def read_phone(text: str | None) -> str | None:
    """Return the phone as digits with an extension, None when nothing was entered. Raises Invalid."""
    return str(Phone.parse(text)) if text and text.strip() else None


def read_address(text: str | None) -> str | None:
    """Return the address, None when nothing was entered. Raises Invalid when it is too long."""
    address = fold(text or "")
    if len(address) > MAX_ADDRESS:
        raise Invalid(_("住址过长，最多 200 个字。"), place="address")
    return address or None


def document_digest(document: Document) -> bytes:
    """Return the keyed hash by which a person is found again."""
    return lookup.digest(DIGEST_KIND, document.key)


def document_digests(documents: Iterable[Document]) -> list[bytes]:
    """Return the keyed hashes of many documents, in order."""
    return lookup.digests(DIGEST_KIND, [document.key for document in documents])


def phone_digests(phones: Iterable[str | None]) -> dict[str | None, bytes | None]:
    """Return the keyed hash of each different phone; None has none."""
    distinct = [phone for phone in dict.fromkeys(phones) if phone]
    return {None: None, **dict(zip(distinct, lookup.digests(PHONE_KIND, distinct), strict=True))}


def name_digests(names: Iterable[str]) -> dict[str, bytes]:
    """Return the keyed hash of each different name."""
    distinct = list(dict.fromkeys(names))
    return dict(zip(distinct, lookup.digests(NAME_KIND, map(compact, distinct)), strict=True))


def name_digest(name: str) -> bytes:
    """Return the keyed hash of a name, blanks left out."""
    return lookup.digest(NAME_KIND, compact(name))
