"""The pages of goods: a release that is too early is refused with what is missing, whoever posts it."""

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
from django.utils import timezone

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.actions import lots
from pingzhan.domain.gate.enums import LotState, StepKind
from pingzhan.domain.gate.models import GoodsLot, LotStep
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.photos.models import Photo
from tests.domain.gate.conftest import STRICT
from tests.domain.gate.stock import lot, made_ready, store
from tests.domain.people.crowd import Firm, Park, build_park
from tests.factories import kept
from tests.factories.pictures import jpeg

SignIn = Callable[..., Client]


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lots, "goods_rule", lambda unit, goods_class: STRICT)


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_releases_only_what_its_rule_allows(contact: Client, mill: Firm) -> None:
    early, ready = lot(mill, 3), made_ready(mill)
    for made, status in ((early, 422), (ready, 302)):
        answer = contact.post(reverse("goods:act", args=[made.pk, "release"]), {"team": ""})
        assert answer.status_code == status
    early.refresh_from_db()
    ready.refresh_from_db()
    assert (early.state, ready.state) == (LotState.ARRIVED, LotState.RELEASED)
    page = text(contact.get(reverse("goods:lot", args=[early.pk])))
    assert "\u9759\u7f6e\u671f\u672a\u6ee1" in page
    assert reverse("goods:act", args=[early.pk, "release"]) not in page


def test_the_page_says_from_when_a_lot_registered_late_lies_still(contact: Client, mill: Firm) -> None:
    made = made_ready(mill, 20, late=True)
    answer = contact.post(reverse("goods:act", args=[made.pk, "release"]), {"team": ""})
    assert answer.status_code == 422
    begins = f"{timezone.localtime(made.created_at - timedelta(hours=24)):%Y-%m-%d %H:%M}"
    for page in (text(answer), text(contact.get(reverse("goods:lot", args=[made.pk])))):
        assert "\u767b\u8bb0\u524d 24 \u5c0f\u65f6" in page
        assert begins in page
    made.refresh_from_db()
    assert made.state == LotState.DISINFECTED


def test_a_lot_goes_its_way_by_forms(contact: Client, mill: Firm) -> None:
    cold = store(mill)
    words = {
        "goods_class": "cold_chain", "name": "\u51bb\u867e", "origin": "\u4e1c\u6e2f", "quantity": "500",
        "measure": "kg", "arrived_at": "2020-01-01T08:00", "container_no": "ABCU1",
    }  # fmt: skip
    address = reverse("goods:new", args=[mill.unit.pk])
    assert contact.post(address, words).status_code == 422
    words["arrived_at"] = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    assert contact.post(address, {**words, "quantity": "x"}).status_code == 422
    assert contact.post(address, words).status_code == 302
    made = GoodsLot.objects.get()
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"

    def act(name: str, **data: Any) -> int:
        path = reverse("goods:act", args=[made.pk, name]) + data.pop("query", "")
        return contact.post(path, data).status_code

    made_at = timezone.localtime(made.arrived_at)
    assert made_at.second == 0
    assert act("store", storage=cold.pk, at=at) == 302
    assert act("disinfect", agent="", at=at) == 422
    assert act("disinfect", agent="84", at=at) == 302
    assert act("test", report_no="R-1", negative="no", at=at) == 302
    bad = LotStep.objects.get(lot=made, kind=StepKind.TEST_POSITIVE)
    assert act("void", note="\u62ff\u9519", query=f"?step={bad.pk}") == 302
    assert act("certify") == 422
    assert act("certify", inspection_no="CIQ-1") == 302
    assert act("adopt") == 422
    assert act("reject", note="") == 422
    assert act("reject", note="\u9000\u8fd0") == 302
    assert act("store", storage=cold.pk, at=at) == 422
    assert contact.get(reverse("goods:act", args=[made.pk, "nonsense"])).status_code == 404
    made.refresh_from_db()
    assert made.state == LotState.REJECTED


def test_who_may_not_touch_a_lot(sign_in: SignIn, park: Park, mill: Firm) -> None:
    made = made_ready(mill)
    address = reverse("goods:act", args=[made.pk, "release"])
    for role, path, status in (
        (Role.COMPANY, park.firms[1].unit.path, 404),
        (Role.GATE_GUARD, mill.unit.path, 403),
        (Role.OFFICIAL, park.zone.path, 403),
        (Role.DUTY_OFFICER, park.zone.path, 403),
        (Role.AUDITOR, "/", 403),
    ):
        assert sign_in(role, path=path).post(address, {"team": ""}).status_code == status
    made.refresh_from_db()
    assert made.state == LotState.DISINFECTED
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert made.code in text(duty.get("/day/goods/"))


def test_what_was_done_is_shown_by_photographs(
    contact: Client, sign_in: SignIn, park: Park, mill: Firm
) -> None:
    made = lot(mill, 3)
    address = reverse("goods:act", args=[made.pk, "disinfect"])
    said = {"agent": "84", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}
    fake = SimpleUploadedFile("a.jpg", b"<svg/>", content_type="image/jpeg")
    assert contact.post(address, {**said, "photos": fake}).status_code == 422
    assert not LotStep.objects.filter(kind=StepKind.DISINFECTED).exists()
    real = SimpleUploadedFile("a.jpg", jpeg(), content_type="image/jpeg")
    assert contact.post(address, {**said, "photos": real}).status_code == 302
    kept = Photo.objects.get()
    assert (kept.owner_kind, kept.owner_id) == (
        gate.STEP_PHOTOS,
        LotStep.objects.get(kind=StepKind.DISINFECTED).pk,
    )
    opened = reverse("photos:show", args=[kept.pk])
    assert opened in text(contact.get(reverse("goods:lot", args=[made.pk])))
    assert contact.get(opened).status_code == 200
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    assert other.get(opened).status_code == 404


def test_the_board_needs_the_same_queries_for_one_and_three_lots(contact: Client, mill: Firm) -> None:
    counts = []
    for size in (1, 2):
        for _n in range(size):
            lot(mill, 2)
        contact.get("/day/goods/")
        with CaptureQueriesContext(connection) as seen:
            contact.get("/day/goods/")
        counts.append(len(seen))
    assert counts == [13, 13]
