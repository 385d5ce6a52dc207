"""The pages of a store: entries, counts, purchases; wrong input refused in words, other enterprises unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import MoveKind, OrderState
from pingzhan.domain.supplies.models import Batch, Entry, Movement, Purchase, StockCheck
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park, build_firm
from tests.domain.supplies.shelf import counted, days, fill, out, put, there
from tests.factories.pictures import jpeg

SignIn = Callable[..., Client]


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def address(name: str, firm: Firm, *more: Any) -> str:
    return reverse(f"supplies:{name}", args=[firm.unit.pk, *more])


def send(client: Client, firm: Firm, kind: str, **data: Any) -> Any:
    words = {"key": str(uuid4()), "article": "mask", "amount": "5", "day": f"{clock.today()}", **data}
    return client.post(address("move", firm, kind), words)


def test_what_comes_and_goes_is_written_by_forms(contact: Client, mill: Firm) -> None:
    answer = send(
        contact, mill, "received", amount="120", code="a1", expires=f"{days(40)}", party="\u836f\u6750"
    )
    assert answer.status_code == 302
    assert send(contact, mill, "used", amount="20").status_code == 302
    assert send(contact, mill, "lent", amount="10", party="\u6307\u6325\u90e8").status_code == 302
    assert (
        send(contact, mill, "returned", amount="5", party="\u6307\u6325\u90e8", code="A1").status_code == 302
    )
    batch = Batch.objects.get(code="A1", expires__isnull=False)
    gone = send(contact, mill, "discarded", amount="1", note="\u7834\u635f", batch=batch.pk)
    assert gone.status_code == 302
    assert sum(there(mill, "mask").values()) == 5
    assert Batch.objects.get(pk=batch.pk).amount == 89
    page = text(contact.get(address("firm", mill)))
    assert "94" in page


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("used", {"amount": ""}, "\u8bf7\u586b\u5199\u6570\u91cf"),
        ("used", {"amount": "\u4e09"}, "\u6570\u91cf\u5e94\u4e3a\u6574\u6570"),
        ("used", {"amount": "1.5"}, "\u6570\u91cf\u5e94\u4e3a\u6574\u6570"),
        ("used", {"amount": "0"}, "\u6570\u91cf\u5e94\u5927\u4e8e 0"),
        ("used", {"amount": "99999999999"}, "\u6570\u91cf\u8fc7\u5927"),
        ("used", {"amount": "11"}, "\u5e93\u5b58\u4e0d\u591f"),
        ("used", {"article": ""}, "\u8bf7\u9009\u62e9\u7269\u8d44"),
        ("used", {"day": "2999-01-01"}, "\u65e5\u671f\u4e0d\u80fd\u665a\u4e8e\u4eca\u5929"),
        ("used", {"day": "x"}, "\u65e5\u671f\u4e0d\u5bf9"),
        ("lent", {"party": ""}, "\u501f\u7ed9\u6216\u4e0a\u4ea4\u7ed9\u8c01"),
        ("discarded", {"note": ""}, "\u62a5\u5e9f\u7684\u539f\u56e0"),
        ("received", {"expires": "2020-01-01"}, "\u5df2\u7ecf\u8fc7\u671f"),
    ],
)
def test_wrong_input_is_refused_in_words(
    contact: Client, mill: Firm, kind: str, data: dict[str, str], words: str
) -> None:
    put(mill, "mask", 10)
    answer = send(contact, mill, kind, **data)
    assert answer.status_code == 422
    assert words in text(answer)
    assert Movement.objects.count() == 1


def test_other_kinds_and_other_enterprises(contact: Client, sign_in: SignIn, park: Park, mill: Firm) -> None:
    other = park.firms[1]
    entry = put(other, "mask", 10)
    bought = api.draft(enterprise=other.unit, by=other.contact)
    for name, more in (("firm", ()), ("history", ()), ("count", ()), ("purchases", ()), ("move", ("used",))):
        assert contact.get(address(name, other, *more)).status_code == 404
    assert send(contact, other, "used").status_code == 404
    for name in ("same", "draft"):
        assert contact.post(address(name, other)).status_code == 404
    for name in ("purchase", "arrive"):
        assert contact.get(reverse(f"supplies:{name}", args=[bought.pk])).status_code == 404
    assert contact.get(reverse("supplies:reverse", args=[entry.pk])).status_code == 404
    for kind in ("counted", "nonsense"):
        assert contact.get(address("move", mill, kind)).status_code == 404
    assert sum(there(other, "mask").values()) == 10
    reads = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert reads.get(address("firm", other)).status_code == 200
    page = text(reads.get(address("firm", other)))
    assert reverse("supplies:count", args=[other.unit.pk]) not in page
    for role in (Role.OFFICIAL, Role.DUTY_OFFICER, Role.AUDITOR, Role.GATE_GUARD):
        client = sign_in(role, path=park.zone.path)
        assert send(client, other, "used").status_code == 403
        assert (
            client.post(reverse("supplies:purchase", args=[bought.pk]), {"act": "cancel"}).status_code == 403
        )
    assert Purchase.objects.get().state == OrderState.DRAFT


def test_a_count_by_sheet(contact: Client, mill: Firm) -> None:
    put(mill, "mask", 10, code="A")
    put(mill, "suit", 4, code="B")
    sheet = address("count", mill)
    masks, suits = Batch.objects.get(code="A"), Batch.objects.get(code="B")
    words: dict[str, Any] = {"key": str(uuid4()), "article": "", "amount": "", "note": ""}
    for one in (masks, suits):
        words[f"seen-{one.pk}"] = str(one.amount)
        words[f"batch-{one.pk}"] = ""
    answer = contact.post(sheet, words)
    assert answer.status_code == 422
    assert not StockCheck.objects.exists()
    words |= {f"batch-{masks.pk}": "8", f"batch-{suits.pk}": "4", "article": "goggles", "amount": ""}
    assert contact.post(sheet, words).status_code == 422
    words |= {"amount": "3", "photos": SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")}
    assert contact.post(sheet, words).status_code == 302
    check = StockCheck.objects.get()
    assert (check.batches, check.differences) == (3, 2)
    assert there(mill, "mask") == {"A": 8}
    assert there(mill, "goggles") == {"": 3}
    page = text(contact.get(address("history", mill)))
    assert "/photos/" in page
    # Sent again from an old sheet: the book has moved on.
    words |= {"key": str(uuid4()), "article": "", "amount": ""}
    del words["photos"]
    late = contact.post(sheet, words)
    assert late.status_code == 422


def test_a_correction_by_its_page(contact: Client, mill: Firm) -> None:
    put(mill, "mask", 10)
    gone = out(mill, "mask", 4)
    page = reverse("supplies:reverse", args=[gone.pk])
    assert contact.post(page, {"key": str(uuid4()), "note": ""}).status_code == 422
    assert contact.post(page, {"key": str(uuid4()), "note": "\u8bb0\u9519"}).status_code == 302
    assert contact.post(page, {"key": str(uuid4()), "note": "\u8bb0\u9519"}).status_code == 422
    assert there(mill, "mask") == {"": 10}
    assert page not in text(contact.get(address("history", mill)))


def test_a_purchase_from_draft_to_shelf(contact: Client, mill: Firm) -> None:
    assert contact.post(f"/day/supplies/{mill.unit.pk}/purchases/draft/").status_code == 302
    made = Purchase.objects.get()
    page = reverse("supplies:purchase", args=[made.pk])
    amounts = {f"amount-{line.article}": str(line.amount) for line in made.lines.all()}
    assert contact.post(page, {"act": "nonsense"}).status_code == 422
    assert contact.post(page, {"act": "save", **amounts, "amount-mask": "-1"}).status_code == 422
    assert contact.post(page, {"act": "save", **amounts, "amount-mask": "70"}).status_code == 302
    assert made.lines.get(article="mask").amount == 70
    order = {"act": "order", **amounts, "amount-mask": "70", "supplier": "\u836f\u6750\u516c\u53f8"}
    for wrong in ("", "2020-01-01", "2999-01-01", "x"):
        assert contact.post(page, {**order, "expected": wrong}).status_code == 422
    assert contact.post(page, {**order, "supplier": "", "expected": f"{days(3)}"}).status_code == 422
    assert contact.post(page, {**order, "expected": f"{days(3)}"}).status_code == 302
    arrive = reverse("supplies:arrive", args=[made.pk])
    came: dict[str, str] = {"key": str(uuid4())}
    for line in made.lines.filter(amount__gt=0):
        came |= {f"amount-{line.article}": str(line.amount), f"code-{line.article}": "N1"}
    assert contact.post(arrive, {**came, "expires-mask": "2020-01-01"}).status_code == 422
    assert contact.post(arrive, {**came, "expires-mask": f"{days(300)}"}).status_code == 302
    made.refresh_from_db()
    assert made.state == OrderState.RECEIVED
    assert there(mill, "mask") == {"N1": 70}
    assert contact.post(arrive, {**came, "key": str(uuid4())}).status_code == 422
    assert contact.post(page, {"act": "cancel", "note": "\u4e0d\u8981\u4e86"}).status_code == 422


def test_one_tap_is_refused_where_it_would_not_be_true(contact: Client, mill: Firm) -> None:
    fill(mill)
    contact.post(f"/day/supplies/{mill.unit.pk}/same/")
    assert not StockCheck.objects.exists()
    counted(mill)
    contact.post(address("same", mill))
    assert StockCheck.objects.count() == 1
    out(mill, "mask", 4_990)
    assert "\u4e0d\u80fd\u4e00\u952e\u7533\u62a5" in text(contact.get(address("firm", mill)))


def test_the_zone_sees_who_is_short_of_what(sign_in: SignIn, park: Park, mill: Firm) -> None:
    fill(mill)
    other = park.firms[1]
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(duty.get("/day/supplies/"))
    assert mill.unit.name in page
    assert other.unit.name in page
    short = text(duty.get("/day/supplies/?light=short&article=mask"))
    assert other.unit.name in short
    assert mill.unit.name not in short
    enough = text(duty.get("/day/supplies/?light=ok"))
    assert mill.unit.name in enough
    assert other.unit.name not in enough
    assert mill.unit.name not in text(duty.get("/day/supplies/?q=\u6ca1\u6709"))
    by_code = text(duty.get(f"/day/supplies/?q={mill.unit.code.lower()}"))
    assert mill.unit.name in by_code
    assert other.unit.name not in by_code
    assert duty.get("/day/supplies/?page=99999999999&light=x&article=y").status_code == 200


def test_pages_need_the_same_queries_for_one_and_three_rows(
    contact: Client, sign_in: SignIn, park: Park, mill: Firm
) -> None:
    counts: dict[str, list[int]] = {"firm": [], "history": [], "count": [], "purchases": []}
    for size in (1, 2):
        for n in range(size):
            put(mill, "mask", 5, code=f"{size}-{n}", expires=40 + n)
            counted(mill)
            bought = api.draft(enterprise=mill.unit, by=mill.contact)
            api.cancel(purchase_id=bought.pk, reason="x", by=mill.contact)
        for name, seen in counts.items():
            contact.get(address(name, mill))
            with CaptureQueriesContext(connection) as caught:
                assert contact.get(address(name, mill)).status_code == 200
            seen.append(len(caught))
    assert counts == {"firm": [21, 21], "history": [13, 13], "count": [9, 9], "purchases": [11, 11]}


def test_the_zone_needs_the_same_queries_for_one_and_three_stores(
    sign_in: SignIn, park: Park, mill: Firm
) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    firms = [*park.firms, build_firm(park.area, 3, park.root)]
    seen = []
    for some in (firms[:1], firms[1:]):
        for firm in some:
            put(firm, "mask", 5, expires=40)
            counted(firm)
        duty.get("/day/supplies/")
        with CaptureQueriesContext(connection) as caught:
            duty.get("/day/supplies/")
        seen.append(len(caught))
    assert seen == [18, 18]


def test_entries_are_found_again(contact: Client, mill: Firm) -> None:
    put(mill, "mask", 10, code="AB12")
    out(mill, "mask", 1)
    put(mill, "suit", 3)
    page = address("history", mill)
    for query, n in (("?article=mask", 2), ("?kind=used", 1), ("?q=ab12", 2), ("?q=zz", 0), ("", 3)):
        assert f"\u5171 {n} \u6761" in text(contact.get(page + query))
    assert Entry.objects.filter(kind=MoveKind.USED).count() == 1
