"""The pages of returns: ledger, form, decision, recheck, link, and who sees how much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api
from pingzhan.domain.returnees.enums import Outcome, State
from pingzhan.domain.returnees.models import Application
from pingzhan.foundation.access.roles import Role
from tests.domain.people.crowd import Firm, Park, hire, person

SignIn = Callable[..., Client]
PLACE = "370102 \u4e91\u5cad"
LONG = "\u73b0\u573a\u7814\u5224\u540c\u610f\u6539\u5224"


@pytest.fixture
def worker(mill: Firm) -> Employment:
    return hire(mill, person("\u8c37\u4e00\u9e23"), no="A001")


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def answers(**more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "worker": "A001",
        "return_on": f"{today}",
        "place_0": PLACE,
        "begin_0": f"{today - timedelta(days=6)}",
        "end_0": f"{today - timedelta(days=1)}",
        **more,
    }


def entered(contact: Client, mill: Firm, **more: Any) -> Application:
    answer = contact.post(reverse("returnees:new", args=[mill.unit.pk]), answers(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.latest("pk")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_return_is_entered_decided_rechecked_and_on_post(
    contact: Client, mill: Firm, worker: Employment
) -> None:
    row = entered(contact, mill)
    page = text(contact.get(reverse("returnees:detail", args=[row.pk])))
    assert str(Outcome.ADMIT.label) in page
    assert "\u6ca1\u6709\u9700\u8981\u9694\u79bb" in page
    answer = contact.post(reverse("returnees:post", args=[row.pk]), follow=True)
    assert "\u590d\u6838" in text(answer)
    assert (
        contact.post(reverse("returnees:recheck", args=[row.pk]), {"temperature": "36.5"}).status_code == 302
    )
    assert contact.post(reverse("returnees:post", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == State.ON_POST


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"worker": "Z9"}, "worker", "\u82b1\u540d\u518c\u91cc\u6ca1\u6709"),
        ({"place_0": "\u65e0\u540d\u9547"}, "place_0", "\u770b\u4e0d\u51fa"),
        ({"place_0": "990102"}, "place_0", "\u4e0d\u662f\u7701\u4efd"),
        ({"place_0": ""}, "place_0", "\u8fd9\u4e2a\u5b57\u6bb5\u662f\u5fc5\u586b\u9879"),
        ({"end_0": "2020-01-01"}, "end_0", "\u4e0d\u80fd\u65e9\u4e8e"),
        ({"met_kind": "close"}, "met_last", "\u6700\u540e\u63a5\u89e6\u65e5\u671f"),
        ({"symptoms": ["cough"]}, "since", "\u75c7\u72b6\u5f00\u59cb"),
        ({"test_result_0": "negative"}, "test_on_0", "\u68c0\u6d4b\u65e5\u671f"),
        ({"isolated_in": "home"}, "isolated_to", "\u9694\u79bb"),
        ({"return_on": "2020-01-01"}, "return_on", "14 \u5929"),
        ({"place_1": PLACE}, "begin_1", "\u8bf7\u586b\u5199\u65e5\u671f"),
    ],
)
def test_wrong_answers_are_refused_in_chinese_at_their_place(
    contact: Client, mill: Firm, worker: Employment, wrong: dict[str, Any], field: str, words: str
) -> None:
    answer = contact.post(reverse("returnees:new", args=[mill.unit.pk]), answers(**wrong))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert any(words in one for one in form.errors[field]), form.errors
    assert not Application.objects.exists()


def test_a_name_that_fits_several_asks_for_the_number(
    contact: Client, mill: Firm, worker: Employment
) -> None:
    hire(mill, person("\u8c37\u4e00\u9e23"), no="A002")
    answer = contact.post(reverse("returnees:new", args=[mill.unit.pk]), answers(worker="\u8c37\u4e00\u9e23"))
    assert "\u51e0\u540d\u804c\u5de5" in "".join(answer.context["form"].errors["worker"])


def test_a_second_return_is_refused_at_the_worker(contact: Client, mill: Firm, worker: Employment) -> None:
    entered(contact, mill)
    answer = contact.post(reverse("returnees:new", args=[mill.unit.pk]), answers())
    assert answer.status_code == 422
    assert answer.context["form"].errors["worker"]


def test_all_questions_arrive_and_come_back_for_a_correction(
    contact: Client, mill: Firm, worker: Employment
) -> None:
    today = timezone.localdate()
    row = entered(
        contact,
        mill,
        place_1="\u5c71\u4e1c\u7701\u9752\u6eaa\u53bf",
        begin_1=f"{today - timedelta(days=9)}",
        end_1=f"{today - timedelta(days=6)}",
        met_kind="close",
        met_last=f"{today - timedelta(days=5)}",
        symptoms=["cough", "fever"],
        since=f"{today - timedelta(days=2)}",
        test_on_0=f"{today}",
        test_result_0="negative",
        test_method_0="antigen",
        isolated_in="home",
        isolated_from=f"{today - timedelta(days=4)}",
        isolated_to=f"{today - timedelta(days=1)}",
        doses="3",
        travel="train",
    )
    (opened,) = api.opened([row])
    facts = opened.declared.facts
    assert (row.outcome, opened.declared.doses, row.travel) == (Outcome.HOLD, 3, "train")
    assert [one.code for one in facts.stays] == ["370102", "370000"]
    assert {one.symptom for one in facts.episodes} == {api.Symptom.COUGH, api.Symptom.FEVER}
    assert facts.tests[0].method is api.Method.ANTIGEN
    address = reverse("returnees:correct", args=[row.pk])
    form = contact.get(address).context["form"]
    assert form["symptoms"].value() == ["cough", "fever"]
    assert form["isolated_in"].value() == "home"
    assert contact.post(address, answers()).status_code == 302
    row.refresh_from_db()
    assert row.outcome == Outcome.ADMIT
    page = text(contact.get(reverse("returnees:detail", args=[row.pk])))
    assert "\u66f4\u6b63\u8fc7 1 \u6b21" in page


def test_what_was_observed_is_noted(contact: Client, mill: Firm, worker: Employment) -> None:
    today = timezone.localdate()
    row = entered(contact, mill, symptoms=["rash"], since=f"{today - timedelta(days=2)}")
    address = reverse("returnees:observe", args=[row.pk])
    empty = contact.post(address, {})
    assert empty.status_code == 422
    assert "\u81f3\u5c11\u586b\u5199" in text(empty)
    gone = timezone.localtime() - timedelta(minutes=5)
    assert contact.post(address, {"gone": f"{gone:%Y-%m-%dT%H:%M}"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.outcome) == (State.OBSERVED, Outcome.ADMIT)


def test_a_temperature_is_a_number(contact: Client, mill: Firm, worker: Employment) -> None:
    row = entered(contact, mill)
    for wrong in ("", "abc", "55"):
        answer = contact.post(reverse("returnees:recheck", args=[row.pk]), {"temperature": wrong})
        assert answer.status_code == 422
        assert answer.context["recheck"].errors["temperature"]


def test_the_officer_overrides_and_the_contact_may_not(
    contact: Client, sign_in: SignIn, mill: Firm, park: Park, worker: Employment
) -> None:
    row = entered(contact, mill, symptoms=["rash"], since=f"{timezone.localdate()}")
    address = reverse("returnees:override", args=[row.pk])
    assert contact.post(address, {"outcome": "admit", "reason": LONG}).status_code == 403
    officer = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    short = officer.post(address, {"outcome": "admit", "reason": "\u884c"})
    assert short.status_code == 422
    assert officer.post(address, {"outcome": "admit", "reason": LONG}).status_code == 302
    row.refresh_from_db()
    assert row.overridden
    assert LONG in text(contact.get(reverse("returnees:detail", args=[row.pk])))


def test_who_reads_ledgers_only_sees_no_journey_and_no_full_name(
    contact: Client, sign_in: SignIn, mill: Firm, park: Park, worker: Employment
) -> None:
    row = entered(contact, mill, symptoms=["cough"], since=f"{timezone.localdate()}")
    reader = sign_in(Role.ORGANISER, path=park.zone.path)
    listed = text(reader.get(reverse("returnees:index")))
    page = text(reader.get(reverse("returnees:detail", args=[row.pk])))
    for shown in (listed, page):
        assert "\u8c37**" in shown
        assert "\u8c37\u4e00\u9e23" not in shown
    assert "\u54b3\u55fd" not in page
    assert str(Outcome.HOLD.label) in page
    assert "\u8c37\u4e00\u9e23" in text(contact.get(reverse("returnees:index")))


def test_another_enterprise_finds_nothing(
    contact: Client, sign_in: SignIn, mill: Firm, park: Park, worker: Employment
) -> None:
    row = entered(contact, mill)
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    for name in ("detail", "correct", "link"):
        assert other.get(reverse(f"returnees:{name}", args=[row.pk])).status_code == 404
    for name in ("observe", "recheck", "post", "withdraw", "override"):
        assert other.post(reverse(f"returnees:{name}", args=[row.pk])).status_code == 404
    for name in ("firm", "new", "invite"):
        assert other.get(reverse(f"returnees:{name}", args=[mill.unit.pk])).status_code == 404
    assert "A001" not in text(other.get(reverse("returnees:index")))


def test_filters_narrow_the_list(contact: Client, mill: Firm, worker: Employment) -> None:
    hire(mill, no="A002")
    entered(contact, mill)
    row = entered(contact, mill, worker="A002", symptoms=["cough"], since=f"{timezone.localdate()}")
    firm = reverse("returnees:firm", args=[mill.unit.pk])
    assert "A001" not in text(contact.get(firm, {"outcome": "hold"}))
    assert "A002" in text(contact.get(firm, {"outcome": "hold"}))
    contact.post(reverse("returnees:withdraw", args=[row.pk]))
    assert "A002" not in text(contact.get(firm))
    assert "A002" in text(contact.get(firm, {"show": "done"}))
    assert "A001" in text(contact.get(firm, {"page": "1", "state": "decided"}))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_queries(
    contact: Client, mill: Firm, rows: int, django_assert_num_queries: Any
) -> None:
    for n in range(rows):
        hire(mill, no=f"B{n}")
        entered(contact, mill, worker=f"B{n}")
    address = reverse("returnees:firm", args=[mill.unit.pk])
    contact.get(address)
    with django_assert_num_queries(LIST_QUERIES):
        assert contact.get(address).status_code == 200


LIST_QUERIES = 10


@pytest.fixture
def token(contact: Client, mill: Firm, worker: Employment) -> str:
    """The worker's own token, as the contact sees it."""
    today = timezone.localdate()
    answer = contact.post(
        reverse("returnees:invite", args=[mill.unit.pk]),
        {"worker": "A001", "return_on": f"{today}"},
        follow=True,
    )
    return str(answer.context["address"]).rpartition("/")[2]


def own_answers() -> dict[str, Any]:
    return {key: value for key, value in answers().items() if key not in ("worker", "return_on")}


def test_the_worker_declares_without_an_account(token: str) -> None:
    visitor, address = Client(), reverse("returning", args=[token])
    page = visitor.get(address)
    assert page.status_code == 200
    assert "\u8c37**" in text(page)
    assert "\u8c37\u4e00\u9e23" not in text(page)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    wrong = visitor.post(address, {**own_answers(), "end_0": ""})
    assert wrong.status_code == 422
    assert visitor.post(address, own_answers()).status_code == 302
    row = Application.objects.get()
    assert (row.declared_by, row.outcome) == ("worker", Outcome.ADMIT)
    done = visitor.get(address)
    assert str(Outcome.ADMIT.label) in text(done)
    assert visitor.get(address, {"again": "1"}).context["form"] is not None


def test_a_wrong_link_tells_nothing(token: str) -> None:
    visitor = Client()
    for wrong in (token[:-2], f"x{token}", "1.2:3"):
        answer = visitor.get(reverse("returning", args=[wrong]))
        assert answer.status_code == 403
        assert "\u8c37" not in text(answer)
        assert "\u8bd5\u9a8c1\u5382" not in text(answer)


def test_one_address_cannot_send_without_end(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from pingzhan.domain.returnees import links

    monkeypatch.setattr(links, "MOST", 3)
    visitor, address = Client(), reverse("returning", args=[token])
    for _n in range(3):
        assert visitor.post(address, own_answers()).status_code == 302
    assert visitor.post(address, own_answers()).status_code == 429


def test_the_link_ends_with_the_recheck(token: str, contact: Client) -> None:
    visitor, address = Client(), reverse("returning", args=[token])
    visitor.post(address, own_answers())
    row = Application.objects.get()
    contact.post(reverse("returnees:recheck", args=[row.pk]), {"temperature": "36.5"})
    assert visitor.post(address, own_answers()).status_code == 422
    contact.post(reverse("returnees:post", args=[row.pk]))
    assert visitor.get(address).status_code == 403
    assert contact.get(reverse("returnees:link", args=[row.pk])).status_code == 404


def test_the_picture_has_a_lane_for_each_kind_of_fact() -> None:
    from pingzhan.pages.company.returnees.picture import Fact, draw

    today = date(2026, 11, 25)
    rows = [
        Fact("a", today - timedelta(days=9), today - timedelta(days=2), "x"),
        Fact("a", today - timedelta(days=300), today - timedelta(days=200), "old"),
        Fact("b", today - timedelta(days=1), None, "y"),
    ]
    picture = draw(rows, today + timedelta(days=2), today, 14)
    assert [lane.label for lane in picture.lanes] == ["a", "b"]
    assert [len(lane.spans) for lane in picture.lanes] == [1, 1]
    for lane in picture.lanes:
        for span in lane.spans:
            assert picture.left <= span.x
            assert span.x + span.width <= picture.right
    assert len(picture.ticks) <= 13
    assert len(picture.references) == 2
