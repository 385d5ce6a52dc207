"""The telephone book of a version as a paper: who is in it, who reads whole numbers, who is refused."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from docx import Document

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Person, StructureVersion
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.documents.actions.organs import save_organ

from .conftest import SignIn

PHONE = "13900001234"


@pytest.fixture
def book(published: StructureVersion, people: list[Person], root: Actor) -> StructureVersion:
    api.add_contact(person=people[0], channel=Channel.PHONE, address=PHONE, by=root)
    save_organ(
        name="\u8bd5\u9a8c\u7ba1\u59d4\u4f1a", mark="", printer="", unit_path=published.zone.path, by=root
    )
    return published


def cells(content: bytes) -> list[list[str]]:
    return [
        [cell.text for cell in row.cells]
        for table in Document(io.BytesIO(content)).tables
        for row in table.rows
    ]


def test_the_duty_officer_reads_whole_numbers_and_it_is_recorded(
    sign_in: SignIn, book: StructureVersion
) -> None:
    before = AuditRecord.objects.filter(verb="sheet.taken").count()
    desk = sign_in(Role.DUTY_OFFICER)
    answer = desk.get(reverse("structure:contact_book", args=[book.pk, "docx"]))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    rows = cells(answer.content)
    assert ["岗位", "人员", "电话", "次序"] in rows
    assert ["组长", "安若水", PHONE, "任职"] in rows
    assert AuditRecord.objects.filter(verb="sheet.taken").count() == before + 1
    pdf = desk.get(reverse("structure:contact_book", args=[book.pk, "pdf"]))
    assert pdf.content.startswith(b"%PDF")


def test_who_cannot_call_people_to_posts_reads_masked_numbers(
    sign_in: SignIn, book: StructureVersion
) -> None:
    readers = set(roles_with(Permission.VIEW_STRUCTURE)) - set(roles_with(Permission.MANAGE_SEATS))
    assert readers
    for role in sorted(readers):
        content = sign_in(role).get(reverse("structure:contact_book", args=[book.pk, "docx"])).content
        text = str(cells(content))
        assert "安若水" in text
        assert PHONE not in text
        assert "1234" in text or "****" in text
    assert not AuditRecord.objects.filter(verb="sheet.taken").exists()


def test_refused_and_unknown(sign_in: SignIn, book: StructureVersion) -> None:
    address = reverse("structure:contact_book", args=[book.pk, "docx"])
    for role in Role:
        if role not in roles_with(Permission.VIEW_STRUCTURE):
            assert sign_in(role).get(address).status_code == 403
    reader = sign_in(Role.DUTY_OFFICER)
    assert reader.get(reverse("structure:contact_book", args=[book.pk, "exe"])).status_code == 404
    assert reader.get(reverse("structure:contact_book", args=[book.pk + 99, "docx"])).status_code == 404
