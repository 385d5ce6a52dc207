"""The self-query: the person himself sees where he stands, and nobody learns anything of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import MergeReason
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import owncodes
from pingzhan.domain.screening.actions import asking
from pingzhan.domain.screening.enums import Verdict
from pingzhan.domain.screening.models import LatestResult, OwnAsk, OwnKey, OwnRead, Sample
from pingzhan.foundation import clock
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.addresses import addresses_of
from pingzhan.foundation.messages.models import Notice
from pingzhan.foundation.messages.registry import Rendered, render
from tests.domain.people.crowd import Park, build_park, hire, id_number, person
from tests.domain.screening.phones import Phone, adopted_round, phone
from tests.domain.screening.test_laboratory import enter, receive
from tests.factories import kept

NAME, OTHER = "\u8c37\u4e00\u9e23", "\u6731\u4e8c"
NUMBER = id_number(40)
MOBILE = "19900000040"
_OWN = re.compile(r'[0-9A-Za-z]{64}|data-now="[^"]*"')
"""The token against forged forms, and the time."""


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def worker(park: Park) -> Employment:
    return hire(park.firms[0], person(NAME, NUMBER, MOBILE))


@pytest.fixture
def sampler(park: Park) -> Phone:
    from pingzhan.domain.screening.models import SamplingTeam

    team = SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f", samplers=2)
    adopted_round(park, team, [park.firms[0].unit])
    return phone(team, park)


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    caches["local"].clear()
    yield
    caches["local"].clear()


def ask(client: Client, number: str = NUMBER, name: str = NAME, **more: Any) -> Any:
    """Ask for a code and have the worker do its part."""
    answer = client.post("/result/", {"kind": "id_card", "number": number, "name": name}, **more)
    asking.settle_asked()
    return answer


def code_sent() -> str:
    return owncodes.own_code(OwnAsk.objects.latest("pk").mark)


def signed_in(client: Client) -> Client:
    ask(client)
    assert client.post("/result/code/", {"code": code_sent()}).headers["Location"] == "/result/own/"
    return client


def carried(client: Client) -> str:
    """The address of a new code to carry."""
    text = signed_in(client).post("/result/mine/").content.decode()
    return "/result/q/" + text.partition('href="/result/q/')[2].partition('"')[0]


def shown(client: Client, path: str = "/result/own/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_code_goes_to_the_phone_on_record(client: Client, worker: Employment) -> None:
    answer = ask(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/result/code/")
    notice = Notice.objects.get()
    assert addresses_of([notice.recipient]) == {-worker.individual_id: [("sms", MOBILE)]}
    words = render([notice])[notice.pk]
    assert isinstance(words, Rendered)
    assert code_sent() in words.body
    assert "\u6ca1\u6709\u91c7\u6837\u8bb0\u5f55" in shown(signed_in(Client()))


def test_one_statement_tells_where_somebody_stands(
    client: Client, park: Park, worker: Employment, sampler: Phone
) -> None:
    signed_in(client)
    assert "\u672a\u51fa\u7ed3\u679c" not in shown(client)
    mate = hire(park.firms[0], person(OTHER))
    items = [
        sampler.swab("T-1001", worker),
        sampler.swab("T-1001", mate, 2),
        sampler.write("seal", tube="T-1001"),
    ]
    sampler.send(*items)
    assert "\u672a\u51fa\u7ed3\u679c" in shown(client)
    receive(park, "T-1001")
    enter(park, ("T-1001", Verdict.NEGATIVE))
    text = shown(client)
    assert "\u9634\u6027" in text
    assert "\u6df7\u91c7" in text
    shown(client)
    with CaptureQueriesContext(connection) as seen:
        shown(client)
    assert len(seen) == 1
    text = shown(client, "/result/own/?lang=en")
    assert "Negative" in text or "\u9634\u6027" in text


def test_a_positive_pool_is_not_told_as_ones_own(
    client: Client, park: Park, worker: Employment, sampler: Phone
) -> None:
    mate = hire(park.firms[0], person(OTHER))
    sampler.send(
        sampler.swab("T-1001", worker), sampler.swab("T-1001", mate, 2), sampler.write("seal", tube="T-1001")
    )
    receive(park, "T-1001")
    enter(park, ("T-1001", Verdict.POSITIVE))
    text = shown(signed_in(client))
    assert "\u6df7\u68c0\u5f85\u590d\u68c0" in text
    assert "\u9633\u6027" not in text.replace("\u8fd9\u4e0d\u7b49\u4e8e\u60a8\u672c\u4eba\u9633\u6027", "")
    LatestResult.objects.update(pooled=False)
    assert "\u9633\u6027</h1>" in shown(client)


def test_known_and_unknown_get_the_same_answers_from_the_same_statements(worker: Employment) -> None:
    seen: list[tuple[Any, ...]] = []
    for number, name in ((NUMBER, NAME), (NUMBER, OTHER), (id_number(41), NAME)):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            first = client.post("/result/", {"kind": "id_card", "number": number, "name": name})
        asked = [one["sql"].split()[:3] for one in queries]
        page = client.get("/result/code/").content.decode()
        asking.settle_asked()
        with CaptureQueriesContext(connection) as queries:
            wrong = client.post("/result/code/", {"code": "000000"})
        tried = [one["sql"].split()[:3] for one in queries]
        clean = [_OWN.sub("", text) for text in (page, wrong.content.decode())]
        seen.append((first.status_code, first.headers["Location"], wrong.status_code, asked, tried, clean))
    assert seen[0] == seen[1] == seen[2]
    assert Notice.objects.count() == 1


def test_nothing_typed_in_stays(client: Client, worker: Employment) -> None:
    ask(client)
    ask(client, id_number(41))
    assert not OwnAsk.objects.exclude(id_digest=None, name_digest=None).exists()
    assert set(OwnAsk.objects.values_list("individual", flat=True)) == {worker.individual_id, None}
    OwnAsk.objects.update(asked_at=clock.now() - timedelta(days=2))
    asking.settle_asked()
    assert not OwnAsk.objects.exists()


def test_a_code_is_guessed_five_times_and_used_once(client: Client, worker: Employment) -> None:
    ask(client)
    right = code_sent()
    wrong = "000000" if right != "000000" else "000001"
    for _n in range(asking.TRIES):
        assert client.post("/result/code/", {"code": wrong}).status_code == 422
    assert client.post("/result/code/", {"code": right}).status_code == 422
    ask(client)
    cookie = client.cookies["pz_asked"].value
    assert client.post("/result/code/", {"code": f" {code_sent()} "}).status_code == 302
    again = Client()
    again.cookies["pz_asked"] = cookie
    assert again.post("/result/code/", {"code": code_sent()}).status_code == 422
    ask(client)
    OwnAsk.objects.update(asked_at=clock.now() - 2 * owncodes.LIFE)
    assert client.post("/result/code/", {"code": code_sent()}).status_code == 422


def test_cookies_cannot_be_made_up_or_exchanged(client: Client, worker: Employment) -> None:
    signed_in(client)
    shown_cookie = client.cookies["pz_result"]
    assert (shown_cookie["path"], shown_cookie["httponly"], shown_cookie["samesite"]) == (
        "/result/",
        True,
        "Lax",
    )
    for value in (f"{worker.individual_id}", f"{worker.individual_id}:x:y"):
        other = Client()
        other.cookies["pz_result"] = value
        assert other.get("/result/own/").headers["Location"] == "/result/"
    ask(client)
    other = Client()
    other.cookies["pz_result"] = client.cookies["pz_asked"].value  # the number of a question is no person
    assert other.get("/result/own/").headers["Location"] == "/result/"


def test_questions_are_limited_by_person_and_by_address(worker: Employment, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    codes = [
        ask(Client(), REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code
        for n in range(4)
    ]
    assert codes == [302, 302, 302, 429]
    unknown = [ask(Client(), id_number(41)).status_code for _n in range(4)]
    assert unknown == codes
    numbers = iter(range(100, 400))

    def asked(**where: str) -> int:
        return int(ask(Client(), id_number(next(numbers)), **where).status_code)

    # What a visitor writes into the header himself helps him nothing, with a proxy or without one.
    from_one = [asked(REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}") for n in range(61)]
    assert from_one.index(429) == asking.ASKS_OF_ADDRESS
    behind = [
        asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}, 198.51.100.8") for n in range(61)
    ]
    assert behind.index(429) == asking.ASKS_OF_ADDRESS
    assert asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.9") == 302


def test_the_carried_code_opens_the_answer_until_it_is_replaced(client: Client, worker: Employment) -> None:
    first = carried(client)
    assert "\u6ca1\u6709\u91c7\u6837\u8bb0\u5f55" in shown(Client(), first)
    assert first.rpartition("/")[2] not in str(OwnKey.objects.values().get())
    second = carried(client)
    assert Client().get(first).status_code == 404
    shown(Client(), second)
    OwnKey.objects.update(expires_at=clock.now() - timedelta(hours=1))
    assert Client().get(second).status_code == 404


def test_the_code_of_somebody_who_left_or_was_erased_opens_nothing(
    client: Client, park: Park, worker: Employment
) -> None:
    address = carried(client)
    Employment.objects.filter(pk=worker.pk).update(left=worker.joined, left_reason="resigned")
    assert Client().get(address).status_code == 404
    shown(client)
    Employment.objects.filter(pk=worker.pk).update(left=None, left_reason="")
    shown(Client(), address)
    worker.individual.id_digest = None
    worker.individual.save()
    assert Client().get(address).status_code == 404
    assert client.get("/result/own/").headers["Location"] == "/result/"


def test_unknown_codes_are_counted_by_address(worker: Employment) -> None:
    answers = [Client().get(f"/result/q/{n}").status_code for n in range(asking.WRONG_OF_ADDRESS + 1)]
    assert answers == [404] * asking.WRONG_OF_ADDRESS + [429]


def test_one_result_is_not_read_without_end(client: Client, worker: Employment) -> None:
    signed_in(client)
    answers = [client.get("/result/own/").status_code for _n in range(31)]
    assert answers == [200] * 30 + [429]


def test_every_read_comes_into_the_trail(client: Client, worker: Employment) -> None:
    address = carried(client)
    for _n in range(2):
        shown(client)
    shown(Client(), address)
    assert asking.trail_reads() == 3
    assert asking.trail_reads() == 0
    assert not OwnRead.objects.exists()
    lines = AuditRecord.objects.filter(verb="screening.own_read").order_by("id")
    assert [one.body for one in lines] == [
        {"way": "code", "reads": 2, "people": [worker.individual_id]},
        {"way": "key", "reads": 1, "people": [worker.individual_id]},
    ]
    verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"screening.own_code_used", "screening.own_key_issued"} <= verbs


def test_somebody_merged_is_found_by_both_numbers(client: Client, park: Park, worker: Employment) -> None:
    twin = hire(park.firms[1], person(NAME, id_number(42), MOBILE))
    assert ask(client, id_number(42)).status_code == 302
    assert OwnAsk.objects.latest("pk").individual_id == twin.individual_id
    people.merge(keep=worker.individual, drop=twin.individual, reason=MergeReason.RENEWED, by=park.root)
    found = set()
    for number in (NUMBER, id_number(42)):
        ask(Client(), number)
        found.add(OwnAsk.objects.latest("pk").individual_id)
    assert len(found) == 1
    assert None not in found


def test_who_has_no_phone_on_record_gets_no_code(client: Client, park: Park) -> None:
    hire(park.firms[0], person(OTHER, id_number(43)))
    assert ask(client, id_number(43), OTHER).status_code == 302
    assert not Notice.objects.exists()
    assert not Sample.objects.exists()
