"""The pages of plans: written with every part or a paper, submitted, returned with a reason, approved, compared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.obligations.api import viewer_of
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import SECTIONS, CheckKind, PlanKind, PlanState
from pingzhan.domain.premises.models import Plan, SelfCheck
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.photos.keeping import photos_of
from tests.domain.people.crowd import Firm, Park
from tests.domain.premises.samples import plan
from tests.factories.pictures import jpeg

SignIn = Callable[..., Client]


@pytest.fixture
def forge(park: Park) -> Firm:
    return park.firms[1]


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


@pytest.fixture
def desk(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.DUTY_OFFICER, path=park.zone.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def words(**changes: Any) -> dict[str, Any]:
    data = {f"post_{duty}": "\u5382\u957f" for duty in ("in_charge", "contact", "team")}
    data |= {f"section_{key}": "\u7532\u3002\u4e59\u3002" for key, _label in SECTIONS[PlanKind.PREVENTION]}
    data["valid_until"] = f"{clock.today() + timedelta(days=90)}"
    return data | changes


def test_a_plan_from_its_first_words_to_its_second_version(contact: Client, desk: Client, mill: Firm) -> None:
    edit = reverse("plans:edit", args=[mill.unit.pk, "prevention"])
    for changes, said in (
        ({"post_team": ""}, "\u8bf7\u586b\u5199\u5c97\u4f4d\u540d\u79f0"),
        ({"valid_until": "x"}, "\u6709\u6548\u671f\u5e94\u4e3a\u65e5\u671f"),
        ({"valid_until": "2020-01-01"}, "\u6709\u6548\u671f\u5e94\u665a\u4e8e\u4eca\u5929"),
        ({"section_daily": "\u957f" * 4001}, "field-error"),
    ):
        answer = contact.post(edit, words(**changes))
        assert answer.status_code == 422, changes
        assert said in text(answer), changes
    assert contact.post(edit, words(section_daily="")).status_code == 302
    row = Plan.objects.get()
    submit, decide = (reverse(name, args=[row.pk]) for name in ("plans:submit", "plans:decide"))
    refused = contact.post(submit, follow=True)
    assert "\u8fd8\u6ca1\u6709\u5199\uff1a\u804c\u5de5\u65e5\u5e38\u5065\u5eb7\u7ba1\u7406" in text(refused)
    assert contact.post(edit, words()).status_code == 302
    contact.post(submit)
    assert contact.get(edit).status_code == 302
    assert contact.post(edit, words()).status_code == 422
    answer = desk.post(decide, {"decision": "return", "remarks": ""})
    assert answer.status_code == 422
    assert "\u9000\u56de\u4fee\u6539\u5e94\u5199\u660e\u610f\u89c1" in text(answer)
    assert desk.post(decide, {"decision": "return", "remarks": "\u8865\u5145\u4eba\u6570"}).status_code == 302
    assert "\u8865\u5145\u4eba\u6570" in text(contact.get(reverse("plans:firm", args=[mill.unit.pk])))
    contact.post(submit)
    assert desk.post(decide, {"decision": "approve", "remarks": ""}).status_code == 302
    page = text(contact.get(reverse("plans:firm", args=[mill.unit.pk])))
    assert f"{clock.today() + timedelta(days=90)}" in page
    confirm = reverse("plans:confirm", args=[mill.unit.pk, "prevention"])
    assert "\u4ecd\u7136\u9002\u7528" in text(contact.post(confirm, follow=True))
    assert contact.post(reverse("plans:confirm", args=[mill.unit.pk, "nonsense"])).status_code == 404
    contact.post(edit, words(section_daily="\u7532\u3002\u4e19\u3002", post_team="\u961f\u957f"))
    second = Plan.objects.get(n=2)
    shown = text(contact.get(reverse("plans:plan", args=[second.pk])))
    assert "\u7532\u3002<del>\u4e59\u3002</del><ins>\u4e19\u3002</ins>" in shown
    assert shown.count('class="plan-change"') == 2 + len(SECTIONS[PlanKind.PREVENTION])


def test_a_paper_with_its_pages_stands_for_the_parts(contact: Client, mill: Firm) -> None:
    edit = reverse("plans:edit", args=[mill.unit.pk, "emergency"])
    photo = SimpleUploadedFile("a.jpg", jpeg(), content_type="image/jpeg")
    bad = SimpleUploadedFile("b.jpg", b"nothing", content_type="image/jpeg")
    data = {key: value for key, value in words(paper="1\u53f7.pdf").items() if "section" not in key}
    assert contact.post(edit, data | {"photos": bad}).status_code == 422
    assert not Plan.objects.exists()
    assert contact.post(edit, data | {"photos": photo}).status_code == 302
    row = Plan.objects.get()
    assert len(photos_of(premises.PLAN_PHOTOS, [row.pk])[row.pk]) == 1
    contact.post(reverse("plans:submit", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == PlanState.SUBMITTED
    assert "trace-photos" in text(contact.get(reverse("plans:plan", args=[row.pk])))


def test_who_gets_in_and_who_decides(sign_in: SignIn, park: Park, mill: Firm, forge: Firm) -> None:
    row = premises.save_plan(enterprise=mill.unit, kind=PlanKind.PREVENTION, data=plan(), by=mill.contact)
    premises.submit_plan(plan_id=row.pk, by=mill.contact)
    page, decide = (reverse(name, args=[row.pk]) for name in ("plans:plan", "plans:decide"))
    edit = reverse("plans:edit", args=[mill.unit.pk, "prevention"])
    for role, path, seen, decided, edited in (
        (Role.COMPANY, forge.unit.path, 404, 403, 404),
        (Role.COMPANY, mill.unit.path, 200, 403, 302),
        (Role.GATE_GUARD, mill.unit.path, 403, 403, 403),
        (Role.AUDITOR, "/", 403, 403, 403),
        (Role.DUTY_OFFICER, park.zone.path, 200, 302, 403),
    ):
        client = sign_in(role, path=path)
        assert client.get(page).status_code == seen, role
        assert client.get(edit).status_code == edited, role
        assert client.post(decide, {"decision": "approve", "remarks": ""}).status_code == decided, role
    row.refresh_from_db()
    assert row.state == PlanState.APPROVED


def test_the_list_puts_what_waits_first_and_needs_the_same_queries(
    desk: Client, mill: Firm, forge: Firm
) -> None:
    address = reverse("plans:index")

    def approved(firm: Firm, kind: PlanKind) -> None:
        row = premises.save_plan(enterprise=firm.unit, kind=kind, data=plan(kind), by=firm.contact)
        premises.submit_plan(plan_id=row.pk, by=firm.contact)
        Plan.objects.filter(pk=row.pk).update(state=PlanState.APPROVED, decided_at=clock.now())

    counts = []
    for kinds in ([(mill, PlanKind.PREVENTION)], [(mill, PlanKind.EMERGENCY), (forge, PlanKind.PREVENTION)]):
        for firm, kind in kinds:
            approved(firm, kind)
        desk.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(address).status_code == 200
        counts.append(len(seen))
    assert counts == [19, 19]
    row = premises.save_plan(
        enterprise=forge.unit, kind=PlanKind.EMERGENCY, data=plan(PlanKind.EMERGENCY), by=forge.contact
    )
    premises.submit_plan(plan_id=row.pk, by=forge.contact)
    page = text(desk.get(address))
    assert "\u5171 4 \u4efd" in page
    assert page.index(reverse("plans:plan", args=[row.pk])) < page.index("\u5df2\u901a\u8fc7</span>")
    assert "\u5171 1 \u4efd" in text(desk.get(address, {"state": "submitted"}))
    assert "\u5171 0 \u4efd" in text(desk.get(address, {"state": "overdue"}))
    Plan.objects.filter(pk=row.pk).update(submitted_at=clock.now() - timedelta(days=9))
    assert "\u5171 1 \u4efd" in text(desk.get(address, {"state": "overdue"}))
    assert desk.get(reverse("exports:begin", args=["premises.plans"])).status_code == 200


def test_the_next_review_follows_the_last_look_and_never_the_end(mill: Firm) -> None:
    row = premises.save_plan(enterprise=mill.unit, kind=PlanKind.PREVENTION, data=plan(), by=mill.contact)
    assert premises.next_reviews([row]) == {}
    row.state, row.decided_at = PlanState.APPROVED, clock.now() - timedelta(days=100)
    row.created_at = row.decided_at
    assert premises.next_reviews([row]) == {row.pk: clock.today() + timedelta(days=80)}
    row.valid_until = clock.today() + timedelta(days=5)
    assert premises.next_reviews([row]) == {row.pk: row.valid_until}


@pytest.mark.parametrize("kind", CheckKind.values)
def test_a_check_is_shown_where_it_was_made(contact: Client, mill: Firm, kind: str) -> None:
    row = SelfCheck.objects.create(enterprise=mill.unit, kind=kind)
    viewer = viewer_of("premises_check")
    assert viewer is not None
    address = viewer(row.pk)
    assert contact.get(address).status_code == 200
    assert (address == reverse("plans:firm", args=[mill.unit.pk])) == (kind in PlanKind.values)
