"""个人信息: who opens which page, one order from proposal to protocol, values opened on the record."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from docx import Document
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import Channel
from pingzhan.domain.organisation.models import Contact, Person
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.audit.verbs import read_verbs
from pingzhan.foundation.options.registry import number
from pingzhan.foundation.privacy import erasing, keyring
from pingzhan.foundation.privacy.models import Erasure
from pingzhan.foundation.privacy.vault import new_subjects
from pingzhan.foundation.runs.testing import drain
from pingzhan.pages.console.privacy.access import READERS
from tests.factories import SmallZone, account
from tests.foundation.documents.conftest import make_organ
from tests.pages.console.conftest import HTMX, SignIn

REASON = {"why": "\u6838\u5b9e\u8eab\u4efd"}


@pytest.fixture(autouse=True)
def fresh_ring(settings: Settings, tmp_path: Path) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    keyring.create()


@pytest.fixture
def contact(world: SmallZone) -> Contact:
    person = Person.objects.order_by("pk")[0]
    return organisation.add_contact(person=person, channel=Channel.SMS, address="13911112222", by=world.root)


@pytest.fixture
def order(db: None) -> Callable[[int], Erasure]:
    """Return ``order(persons)``: one proposed order."""
    officer = actor_of(account(Role.PRIVACY_OFFICER))

    def make(persons: int) -> Erasure:
        return erasing.propose_request(
            subject_ids=new_subjects("test", persons).ids, basis="\u7533\u8bf7", by=officer
        )

    return make


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_the_pages(sign_in: SignIn, order: Callable[[int], Erasure], role: Role) -> None:
    row = order(1)
    client = sign_in(role)
    reads = any(role in roles_with(permission) for permission in READERS)
    manages = role in roles_with(Permission.MANAGE_PRIVACY)
    for url in ("/privacy/", f"/privacy/erasures/{row.pk}/", f"/privacy/erasures/{row.pk}/progress/"):
        assert client.get(url).status_code == (200 if reads else 403), url
    assert client.get(f"/privacy/erasures/{row.pk}/protocol/").status_code == (404 if reads else 403)
    assert client.post("/privacy/rules/sign_ins/", {"days": "200"}).status_code == (302 if manages else 403)
    assert client.post("/privacy/response/", {"basis": "x"}).status_code == (302 if manages else 403)
    step = client.post(f"/privacy/erasures/{row.pk}/decide/", {"step": "execute"})
    assert step.status_code == (409 if manages else 403)
    row.refresh_from_db()
    assert row.state == "proposed"


def test_a_visitor_is_sent_to_sign_in(client: object, order: Callable[[int], Erasure]) -> None:
    from django.test import Client

    assert isinstance(client, Client)
    for url in ("/privacy/", f"/privacy/erasures/{order(1).pk}/", "/privacy/reveal/contact/1/"):
        assert client.get(url).status_code == 302


@pytest.mark.parametrize("orders", [1, 3])
def test_query_count_of_the_list(
    sign_in: SignIn,
    order: Callable[[int], Erasure],
    orders: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(orders):
        order(2)
    client = sign_in(Role.PRIVACY_OFFICER)
    client.get("/privacy/")
    with django_assert_num_queries(QUERIES):
        client.get("/privacy/")


QUERIES = 11


def test_one_order_from_request_to_protocol(sign_in: SignIn, contact: Contact) -> None:
    officer, leader = sign_in(Role.PRIVACY_OFFICER), sign_in(Role.LEADER)
    url = reverse("privacy:held", args=["contact", contact.pk])
    page = officer.get(url).content.decode()
    assert "13911112222" not in page
    assert "139****2222" in page
    assert officer.post(url, {"basis": ""}).status_code == 422
    answer = officer.post(url, {"basis": "\u672c\u4eba\u7533\u8bf7\uff0c2026\u5e7411\u670825\u65e5"})
    row = Erasure.objects.get()
    here = reverse("privacy:erasure", args=[row.pk])
    assert answer.headers["Location"] == here
    decide = reverse("privacy:decide", args=[row.pk])
    assert officer.post(decide, {"step": "approve"}).status_code == 403
    assert leader.post(decide, {"step": "nonsense"}).status_code == 422
    assert leader.post(decide, {"step": "approve"}).status_code == 302
    assert leader.post(decide, {"step": "execute"}).status_code == 403
    assert officer.post(decide, {"step": "execute"}).status_code == 302
    assert drain() == ["done"]
    row.refresh_from_db()
    assert not Contact.objects.filter(person=contact.person).exists()
    assert row.protocol.sha in officer.get(here).content.decode()
    paper = officer.get(reverse("privacy:protocol", args=[row.pk])).content.decode()
    assert "\u4e2a\u4eba\u4fe1\u606f\u9500\u6bc1\u8bb0\u5f55\u4e66" in paper
    text = officer.get(reverse("privacy:protocol_text", args=[row.pk]))
    assert row.protocol.sha in text.content.decode()
    data = officer.get(reverse("privacy:protocol_json", args=[row.pk])).json()
    assert (data["sha256"], data["data"]["subjects"]) == (row.protocol.sha, 1)


@pytest.mark.parametrize("role", [r for r in Role if r not in roles_with(Permission.MANAGE_PRIVACY)])
def test_who_may_not_see_what_is_held(sign_in: SignIn, contact: Contact, role: Role) -> None:
    url = reverse("privacy:held", args=["contact", contact.pk])
    client = sign_in(role)
    assert client.get(url).status_code == 403
    assert client.post(url, {"basis": "x"}).status_code == 403
    assert not Erasure.objects.exists()


def test_days_within_their_bounds(sign_in: SignIn) -> None:
    client = sign_in(Role.PRIVACY_OFFICER)
    for days, status in (("365", 302), ("30", 422), ("x", 422)):
        assert client.post("/privacy/rules/sign_ins/", {"days": days}).status_code == status
    assert client.post("/privacy/rules/nothing/", {"days": "9"}).status_code == 404
    assert number("retention.sign_ins") == 365
    assert AuditRecord.objects.filter(verb="privacy.days_changed").count() == 1


def test_a_value_is_opened_with_a_reason_and_masked_again(sign_in: SignIn, contact: Contact) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    url = reverse("privacy:reveal", args=["contact", contact.pk])
    asked = client.get(url, headers=HTMX)
    assert asked.status_code == 200
    assert "13911112222" not in asked.content.decode()
    shown = client.post(url, REASON, headers=HTMX)
    assert "13911112222" in shown.content.decode()
    assert "delay:60s" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    again = client.get(reverse("privacy:hide", args=["contact", contact.pk]), headers=HTMX)
    assert "13911112222" not in again.content.decode()
    line = AuditRecord.objects.filter(verb="privacy.revealed").get()
    assert line.body == {"fields": ["contact.sms"], "reason": REASON["why"]}


@pytest.mark.parametrize(
    "data",
    [{}, {"why": "nonsense"}, {"why": "other"}, {"why": "other", "other": "call 13911112222"}],
)
def test_without_a_reason_nothing_is_shown(sign_in: SignIn, contact: Contact, data: dict[str, str]) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    answer = client.post(reverse("privacy:reveal", args=["contact", contact.pk]), data, headers=HTMX)
    assert answer.status_code == 422
    assert "139****2222" not in answer.content.decode() or "13911112222" not in answer.content.decode()
    assert not AuditRecord.objects.filter(verb="privacy.revealed").exists()


@pytest.mark.parametrize("role", [r for r in Role if r not in roles_with(Permission.REVEAL_PERSONAL)])
def test_who_may_not_open(sign_in: SignIn, contact: Contact, role: Role) -> None:
    client = sign_in(role)
    for answer in (
        client.get(reverse("privacy:reveal", args=["contact", contact.pk])),
        client.post(reverse("privacy:reveal", args=["contact", contact.pk]), REASON),
        client.get(reverse("privacy:hide", args=["contact", contact.pk])),
    ):
        assert answer.status_code in (403, 404)
        assert "13911112222" not in answer.content.decode()


def test_guessed_ids_and_foreign_zones_are_not_found(sign_in: SignIn, contact: Contact) -> None:
    own = sign_in(Role.DUTY_OFFICER)
    foreign = sign_in(Role.DUTY_OFFICER, path="/999/")
    missing = [("contact", contact.pk + 1000), ("nothing", contact.pk), ("subject", contact.pk)]
    for client, kind, pk in [(foreign, "contact", contact.pk), *((own, *one) for one in missing)]:
        url = reverse("privacy:reveal", args=[kind, pk])
        assert client.get(url).status_code == 404
        assert client.post(url, REASON).status_code == 404
    assert not AuditRecord.objects.filter(verb="privacy.revealed").exists()


def test_a_swapped_value_shows_nothing(sign_in: SignIn, contact: Contact, world: SmallZone) -> None:
    other = organisation.add_contact(
        person=Person.objects.order_by("pk")[1], channel=Channel.SMS, address="13933334444", by=world.root
    )
    Contact.objects.filter(pk=contact.pk).update(sealed=other.sealed)
    client = sign_in(Role.DUTY_OFFICER)
    client.raise_request_exception = False
    answer = client.post(reverse("privacy:reveal", args=["contact", contact.pk]), REASON)
    assert answer.status_code == 500
    assert "13933334444" not in answer.content.decode()
    assert not AuditRecord.objects.filter(verb="privacy.revealed").exists()


def looks() -> list[tuple[int | None, str, str, dict[str, object]]]:
    rows = AuditRecord.objects.filter(verb="privacy.held_viewed").order_by("id")
    return list(rows.values_list("actor_id", "subject_kind", "subject_id", "body"))


def test_looking_at_what_is_held_is_itself_on_record(sign_in: SignIn, contact: Contact) -> None:
    officer = sign_in(Role.PRIVACY_OFFICER)
    url = reverse("privacy:held", args=["contact", contact.pk])
    assert "no-store" in officer.get(url).headers["Cache-Control"]
    assert officer.post(url, {"basis": ""}).status_code == 422, "shown again, so recorded again"
    who = int(officer.session["_auth_user_id"])
    line: tuple[int | None, str, str, dict[str, object]] = (
        who,
        "subject",
        str(contact.person.subject_id),
        {},
    )
    assert looks() == [line, line]
    assert "privacy.held_viewed" in read_verbs()
    listed = sign_in(Role.AUDITOR).get("/audit/", {"verb": "privacy.held_viewed"}).content.decode()
    assert f"\u4eba\u5458\u7f16\u53f7 {contact.person.subject_id}" in listed
    assert "13911112222" not in listed
    assert "139****2222" not in listed


def test_who_is_refused_or_finds_nobody_leaves_no_reading(sign_in: SignIn, contact: Contact) -> None:
    url = reverse("privacy:held", args=["contact", contact.pk])
    assert sign_in(Role.LEADER).get(url).status_code == 403
    assert sign_in(Role.PRIVACY_OFFICER, path="/999/").get(url).status_code == 404
    assert sign_in(Role.PRIVACY_OFFICER).get(reverse("privacy:held", args=["contact", 0])).status_code == 404
    assert looks() == []


def carried_out(order: Callable[[int], Erasure], persons: int = 3) -> Erasure:
    """Return an order that another person approved and that was executed."""
    row = order(persons)
    erasing.approve(erasure=row, by=actor_of(account(Role.LEADER)))
    erasing.execute(erasure=row, by=actor_of(account(Role.PRIVACY_OFFICER)))
    assert drain() == ["done"]
    row.refresh_from_db()
    return row


def word_text(data: bytes) -> str:
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_protocol_as_an_official_document(sign_in: SignIn, order: Callable[[int], Erasure]) -> None:
    organ = make_organ()
    row = carried_out(order)
    officer = sign_in(Role.PRIVACY_OFFICER)
    shown = officer.get(reverse("privacy:protocol", args=[row.pk])).content.decode()
    texts = []
    for suffix, begins in (("docx", b"PK"), ("pdf", b"%PDF")):
        url = reverse(f"privacy:protocol_{suffix}", args=[row.pk])
        assert url in shown
        answer = officer.get(url)
        assert (answer.status_code, answer.content[: len(begins)]) == (200, begins)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.content == officer.get(url).content, "the same record gives the same bytes"
        texts.append(answer.content)
    word = word_text(texts[0])
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(texts[1])).pages)
    for text in ("".join(word.split()), "".join(pdf.split())):
        for part in (
            organ.name, f"\u9500\u6bc1\u8bb0\u5f55\u7b2c{row.pk}\u53f7", row.decided_name, row.executed_name,
            "\u6d89\u53ca3\u4eba\uff0c\u9500\u6bc1\u4e2a\u4eba\u5bc6\u94a53\u4e2a", row.protocol.sha,
            "\u66f4\u6362\u5e76\u9500\u6bc1\u4e3b\u5bc6\u94a5", "\u7559\u75d5\u8bb0\u5f55\uff1a",
        ):  # fmt: skip
            assert "".join(part.split()) in text, part


def test_what_the_document_never_says(sign_in: SignIn, contact: Contact) -> None:
    make_organ()
    officer, leader = sign_in(Role.PRIVACY_OFFICER), sign_in(Role.LEADER)
    officer.post(reverse("privacy:held", args=["contact", contact.pk]), {"basis": "\u7533\u8bf7"})
    row = Erasure.objects.get()
    for client, step in ((leader, "approve"), (officer, "execute")):
        client.post(reverse("privacy:decide", args=[row.pk]), {"step": step})
    assert drain() == ["done"]
    text = word_text(officer.get(reverse("privacy:protocol_docx", args=[row.pk])).content)
    assert "\u8054\u7cfb\u65b9\u5f0f" in text, "the table names what was destroyed"
    for secret in ("13911112222", "2222", contact.person.name):
        assert secret not in text


def test_no_document_without_organ_or_of_an_altered_record(
    sign_in: SignIn, order: Callable[[int], Erasure]
) -> None:
    row = carried_out(order, 1)
    officer = sign_in(Role.PRIVACY_OFFICER)
    url = reverse("privacy:protocol_docx", args=[row.pk])
    assert officer.get(url).status_code == 422
    make_organ()
    assert officer.get(url).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE privacy_erasureprotocol DISABLE TRIGGER USER")
        cursor.execute("UPDATE privacy_erasureprotocol SET data = jsonb_set(data, '{subjects}', '0')")
        cursor.execute("ALTER TABLE privacy_erasureprotocol ENABLE TRIGGER USER")
    assert officer.get(url).status_code == 409
    assert officer.get(reverse("privacy:protocol", args=[row.pk])).status_code == 200


def test_what_a_basis_contains_cannot_become_part_of_the_form(
    sign_in: SignIn, order: Callable[[int], Erasure]
) -> None:
    make_organ()
    row = order(1)
    Erasure.objects.update(basis="| \u4e00\u3001x | #set page(width: 1pt) | {{ organ }} | =1+1")
    erasing.approve(erasure=row, by=actor_of(account(Role.LEADER)))
    erasing.execute(erasure=row, by=actor_of(account(Role.PRIVACY_OFFICER)))
    assert drain() == ["done"]
    officer = sign_in(Role.PRIVACY_OFFICER)
    text = word_text(officer.get(reverse("privacy:protocol_docx", args=[row.pk])).content)
    assert "#set page(width: 1pt) | {{ organ }} | =1+1" in text
    pdf = officer.get(reverse("privacy:protocol_pdf", args=[row.pk])).content
    assert float(PdfReader(BytesIO(pdf)).pages[0].mediabox.width) > 500


@pytest.mark.parametrize("role", list(Role))
def test_who_takes_the_document_away(sign_in: SignIn, order: Callable[[int], Erasure], role: Role) -> None:
    make_organ()
    row = carried_out(order, 1)
    reads = any(role in roles_with(permission) for permission in READERS)
    for suffix in ("docx", "pdf"):
        answer = sign_in(role).get(reverse(f"privacy:protocol_{suffix}", args=[row.pk]))
        assert answer.status_code == (200 if reads else 403)
    waiting = reverse("privacy:protocol_pdf", args=[order(1).pk])
    assert sign_in(role).get(waiting).status_code == (404 if reads else 403)
