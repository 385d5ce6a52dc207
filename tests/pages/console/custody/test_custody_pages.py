"""Pages of tubes and boxes: what is late, missing or doubled is said with what to do; settled, signed in a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ConflictState, ResultSource, Verdict
from pingzhan.domain.screening.models import Box, Conflict, Handover, Round, SamplingTeam, Tube
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.privacy.masks import mask_id, mask_name
from tests.domain.people.crowd import Park, build_park, hire, id_number
from tests.domain.screening.phones import Phone, adopted_round, phone
from tests.factories import kept
from tests.pages.console.conftest import HTMX, SignIn
from tests.project.doors import DOORS

NAME = "\u8c37\u4e00\u9e23"
HELD = "\u6682\u6263"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    return [hire(park.firms[0], no=f"GH-77{n}") for n in range(3)]


@pytest.fixture
def phones(park: Park) -> list[Phone]:
    team = SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")
    adopted_round(park, team, [park.firms[0].unit])
    return [phone(team, park, name=f"\u624b\u673a{n}") for n in range(2)]


@pytest.fixture
def sampler(sign_in: SignIn, park: Park) -> Client:
    return sign_in(Role.SAMPLER, path=park.zone.path)


def fill(one: Phone, who: Employment, tube: str = "T-0001", box: str = "BOX-1") -> None:
    one.send(one.swab(tube, who), one.write("seal", tube=tube), one.write("box", tube=tube, box=box))


def round_page(name: str) -> str:
    return at(f"custody:{name}", Round.objects.get().pk)


def test_a_late_tube_is_shown_red_and_missing(
    sampler: Client, phones: list[Phone], crew: list[Employment]
) -> None:
    fill(phones[0], crew[0])
    fill(phones[0], crew[1], "T-0002")
    assert round_page("tubes") in text(sampler.get(at("custody:index")))
    assert "\u8d85\u65f6\uff0c" not in text(sampler.get(round_page("tubes")))
    Tube.objects.filter(code="T-0001").update(first_taken_at=clock.now() - timedelta(hours=9))
    page = text(sampler.get(round_page("tubes")))
    assert "\u8d85\u65f6\uff0c540 \u5206\u949f" in page
    page = text(sampler.get(f"{round_page('tubes')}?show=old"))
    assert ("T-0001" in page, "T-0002" in page) == (True, False)
    page = text(sampler.get(f"{round_page('tubes')}?q=t-0002"))
    assert ("T-0001" in page, "T-0002" in page) == (False, True)
    assert "T-0002" in text(sampler.get(f"{round_page('tubes')}?show=nothing"))
    page = text(sampler.get(round_page("missing")))
    assert "\u8054\u7cfb\u91c7\u6837\u961f" in page
    assert ("T-0001" in page, "T-0002" in page) == (True, False)


def test_a_tube_in_two_boxes_is_said_and_settled(
    sampler: Client, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    fill(one, crew[0])
    one.send(one.write("box", tube="T-0001", box="BOX-2"))
    page = text(sampler.get(round_page("doubts")))
    assert "T-0001 \u88c5\u8fdb\u4e86\u4e24\u4e2a\u7bb1" in page
    assert "\u627e\u5230\u5b9e\u7269" in page
    tube = Tube.objects.get()
    assert HELD in text(sampler.get(at("custody:tube", tube.pk)))
    doubt = Conflict.objects.get()
    settle = at("custody:settle", doubt.pk)
    assert "\u8bf7\u5199\u660e" in text(sampler.post(settle, {"note": ""}, follow=True))
    answer = sampler.post(
        settle, {"note": "\u5b9e\u5728\u4e00\u53f7\u7bb1", "back": at("custody:tube", tube.pk)}
    )
    assert answer.headers["Location"] == at("custody:tube", tube.pk)
    doubt.refresh_from_db()
    assert doubt.state == ConflictState.SETTLED
    assert "\u5b9e\u5728\u4e00\u53f7\u7bb1" in text(sampler.get(round_page("doubts")))
    answer = sampler.post(settle, {"note": "\u518d\u6765", "back": "https://elsewhere.example/"})
    assert answer.headers["Location"] == round_page("doubts")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("second_tube", "T-0001\u3001T-0002"),
        ("twice_in_tube", "T-0001 \u767b\u8bb0\u4e86\u4e24\u6b21"),
        ("two_devices", "T-0001 \u5728\u4e24\u53f0\u624b\u673a\u4e0a\u767b\u8bb0"),
        ("over_capacity", "T-0001 \u7684\u4eba\u6570\u8d85\u8fc7"),
    ],
)
def test_each_conflict_is_said_in_a_sentence(
    sampler: Client, phones: list[Phone], crew: list[Employment], kind: str, words: str
) -> None:
    one, other = phones
    if kind == "second_tube":
        one.send(one.swab("T-0001", crew[0]), one.swab("T-0002", crew[0]))
    elif kind == "twice_in_tube":
        one.send(one.swab("T-0001", crew[0]), one.swab("T-0001", crew[0], 2))
    elif kind == "two_devices":
        one.send(one.swab("T-0001", crew[0]))
        other.send(other.swab("T-0001", crew[1], 2))
    else:
        one.send(*(one.swab("T-0001", who, n) for n, who in enumerate(crew, 1)))
        Tube.objects.update(capacity=2)
        one.send(one.write("seal", tube="T-0001"))
    assert [one.kind for one in Conflict.objects.all()] == [kind]
    page = text(sampler.get(round_page("doubts")))
    assert words in page
    assert NAME not in page


def test_a_clock_three_hours_wrong_is_said(
    sampler: Client, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    one.ahead = timedelta(hours=3)
    fill(one, crew[0])
    for page in (round_page("doubts"), at("custody:tube", Tube.objects.get().pk)):
        assert "\u624b\u673a\u65f6\u95f4\u4e0d\u51c6" in text(sampler.get(page))


def test_two_sign_under_a_box_in_the_browser(
    sign_in: SignIn, park: Park, sampler: Client, phones: list[Phone], crew: list[Employment]
) -> None:
    fill(phones[0], crew[0])
    box = Box.objects.get()
    page = at("custody:box", box.pk)
    assert "\u8bf7\u5199\u660e\u4ea4\u7ed9\u8c01" in text(
        sampler.post(at("custody:give", box.pk), {"to": ""})
    )
    assert sampler.post(at("custody:give", box.pk), {"to": "\u8463\u6210\u8def"}).status_code == 302
    assert "\u8bf7\u63a5\u6536\u4eba\u5148\u7b7e\u5b57" in text(
        sampler.post(at("custody:give", box.pk), {"to": "\u53e6\u4e00\u4eba"}, follow=True)
    )
    assert "\u53ea\u6709\u4ea4\u51fa\u4eba\u7b7e\u5b57" in text(sampler.get(round_page("boxes")))
    signed = {
        "receiver": "\u8463\u6210\u8def", "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "temperature": "4.5",
    }  # fmt: skip
    for wrong, words in (
        ({"receiver": ""}, "\u8bf7\u586b\u5199\u63a5\u6536\u4eba"),
        ({"temperature": "x"}, "\u8bf7\u586b\u5199\u6570\u5b57"),
        ({"at": "x"}, "\u65f6\u95f4\u4e0d\u5bf9"),
        ({"at": "2020-01-01T08:00"}, "\u63a5\u6536\u65f6\u95f4\u5e94\u5728\u4ea4\u51fa\u4e4b\u540e"),
    ):
        answer = sampler.post(page, signed | wrong)
        assert (answer.status_code, words in text(answer)) == (422, True), wrong
    assert "\u5df2\u7b7e\u5b57\u63a5\u6536" in text(sampler.post(page, signed, follow=True))
    assert Handover.objects.get().receiver == "\u8463\u6210\u8def"
    assert "\u53cc\u65b9\u5df2\u7b7e\u5b57" in text(sampler.get(round_page("boxes")))
    assert "4.5 \u2103" in text(sampler.get(page))
    assert "\u6ca1\u6709\u7b49\u5f85\u7b7e\u5b57" in text(sampler.post(page, signed, follow=True))
    officer = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert officer.post(page, signed).status_code == 403


def test_the_verdict_is_for_those_who_may_see_it(
    sign_in: SignIn, park: Park, sampler: Client, phones: list[Phone], crew: list[Employment]
) -> None:
    fill(phones[0], crew[0])
    screening.receive_tubes(zone=park.zone, codes=["T-0001"], by=park.root)
    for verdict, reason in ((Verdict.GREY, ""), (Verdict.NEGATIVE, "\u590d\u6838")):
        screening.enter_results(
            zone=park.zone, source=ResultSource.MANUAL, by=park.root,
            results=[screening.ResultIn("T-0001", verdict, clock.now(), correction=reason)],
        )  # fmt: skip
    page = at("custody:tube", Tube.objects.get().pk)
    assert "\u9634\u6027" not in text(sampler.get(page))
    found = text(sign_in(Role.DUTY_OFFICER, path=park.zone.path).get(page))
    assert "\u9634\u6027" in found
    assert "\u5df2\u66f4\u6b63" in found
    assert "\u590d\u6838" in found


PAGES = ("tubes", "missing", "doubts", "boxes")
READS = {Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER, Role.SAMPLER, Role.LABORATORY}


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_settles(
    sign_in: SignIn, park: Park, phones: list[Phone], crew: list[Employment], role: Role
) -> None:
    one = phones[0]
    fill(one, crew[0])
    one.send(one.write("box", tube="T-0001", box="BOX-2"))
    client = sign_in(role, path=park.zone.path)
    box, tube = Box.objects.get(code="BOX-1"), Tube.objects.get()
    addresses = [
        *(round_page(name) for name in PAGES),
        at("custody:box", box.pk),
        at("custody:tube", tube.pk),
    ]
    for address in addresses:
        assert client.get(address).status_code == (200 if role in READS else 403), address
    acts = 302 if role == Role.SAMPLER else 403
    assert client.post(at("custody:give", box.pk), {"to": "\u8463\u6210\u8def"}).status_code == acts
    doubt = Conflict.objects.get()
    assert client.post(at("custody:settle", doubt.pk), {"note": "\u5df2\u6838"}).status_code == acts
    far = sign_in(Role.SAMPLER, path="/999/")
    for address in addresses:
        assert far.get(address).status_code == 404, address
    assert far.post(at("custody:settle", doubt.pk), {"note": "\u5df2\u6838"}).status_code == 404
    assert far.post(at("custody:give", box.pk), {"to": "\u8463\u6210\u8def"}).status_code == 404


def test_the_pages_need_the_same_queries_for_one_and_three_rows(
    sampler: Client, phones: list[Phone], crew: list[Employment]
) -> None:
    one = phones[0]
    seen: list[list[int]] = []
    for tubes in ((1,), (2, 3)):
        for n in tubes:
            fill(one, crew[n - 1], f"T-000{n}", f"BOX-{n}")
            one.send(one.write("box", tube=f"T-000{n}", box=f"BOX-{n}9"))
        Tube.objects.update(first_taken_at=clock.now() - timedelta(hours=9))
        counts = []
        for name in PAGES:
            sampler.get(round_page(name))
            with CaptureQueriesContext(connection) as caught:
                sampler.get(round_page(name))
            counts.append(len(caught))
        seen.append(counts)
    assert seen == [[13, 12, 14, 12]] * 2


def test_a_tube_on_paper_is_entered_and_the_next_one_keeps_team_and_sampler(
    sampler: Client, phones: list[Phone], crew: list[Employment], park: Park
) -> None:
    one = Round.objects.get()
    stop = f"{SamplingTeam.objects.get().pk}-{park.firms[0].unit.pk}"
    sheet = {
        "stop": stop, "tube": "t-0007", "numbers": "GH-770\u3001GH-771\nGH-779", "sampler": NAME,
        "at": timezone.localtime(clock.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    answer = sampler.post(round_page("paper"), sheet)
    assert answer.status_code == 422
    page = text(answer)
    # Nothing typed is lost, and the wrong number is named.
    assert "\u6ca1\u6709\u5de5\u53f7 GH-779" in page
    assert "t-0007" in page
    assert not Tube.objects.exists()
    answer = sampler.post(round_page("paper"), sheet | {"numbers": "GH-770\u3001GH-771"}, follow=True)
    page = text(answer)
    assert "T-0007\uff1a\u767b\u8bb0 2 \u4eba" in page
    assert f'value="{NAME}"' in page
    assert f'value="{stop}" selected' in page
    assert Tube.objects.get().heads == 2
    assert at("custody:paper", one.pk) in text(sampler.get(round_page("tubes")))


def test_the_sheets_of_racks_have_a_box_for_each_person_of_each_tube(
    sampler: Client, phones: list[Phone], park: Park
) -> None:
    page = text(sampler.get(round_page("racks")))
    # Three tubes planned, one spare; three people in each.
    assert page.count('class="rack-tube"') == 4
    assert page.count("<li></li>") == 12
    assert park.firms[0].unit.name in page


def test_who_only_looks_enters_nothing_from_paper(sign_in: SignIn, phones: list[Phone], park: Park) -> None:
    reader = sign_in(Role.ORGANISER, path=park.zone.path)
    assert reader.get(round_page("paper")).status_code == 403
    assert at("custody:paper", Round.objects.get().pk) not in text(reader.get(round_page("tubes")))


GUEST, TOLD = "\u6e38\u56db\u6d77", "\u5df2\u6838\u662f\u8c37\u4e00\u9e23\u672c\u4eba"


@pytest.fixture
def doubtful(phones: list[Phone], crew: list[Employment], park: Park) -> list[str]:
    """People of a round in every place of it that speaks of people; return what would give them away."""
    one, other = phones
    number = id_number(702)
    one.send(
        one.swab("T-0001", crew[0], override=TOLD),
        one.swab("T-0001", crew[0], 2),
        one.guest("T-0001", GUEST, number, 3),
        one.write("seal", tube="T-0001", override=TOLD),
        one.write("box", tube="T-0001", box="BOX-1"),
    )
    other.send(
        other.swab("T-0002", crew[0]),
        other.guest("T-0002", GUEST, number, 2),
        other.swab("T-0002", crew[1], 3),
        other.write("void", tube="T-0003", override=TOLD),
        other.write("seal", tube="T-0002"),
        other.write("box", tube="T-0002", box="BOX-2"),
    )
    settled = Conflict.objects.filter(person__gt=0).order_by("pk").first()
    assert settled is not None
    screening.settle_conflict(conflict=settled, note=TOLD, by=park.root)
    for code in ("T-0001", "T-0002"):
        screening.receive_tubes(zone=park.zone, codes=[code], by=park.root)
    return [
        NAME, mask_name(NAME), GUEST, mask_name(GUEST), number, mask_id(number), TOLD,
        *(one.employee_no for one in crew),
    ]  # fmt: skip


def _of_round() -> list[str]:
    return [
        *(round_page(name) for name in (*PAGES, "racks")),
        *(at("custody:tube", one.pk) for one in Tube.objects.all()),
        *(at("custody:box", one.pk) for one in Box.objects.all()),
    ]


def test_a_laboratory_never_learns_who_is_in_a_tube(sign_in: SignIn, park: Park, doubtful: list[str]) -> None:
    laboratory = sign_in(Role.LABORATORY, path=park.zone.path)
    inside = _of_round()
    pages = {address: text(laboratory.get(address)) for address in inside}
    pages |= {f"{address} live": text(laboratory.get(address, headers=HTMX)) for address in inside}
    found = [(address, word) for address, page in pages.items() for word in doubtful if word in page]
    assert not found
    assert "\u4e00\u540d\u4eba\u5458" in pages[round_page("doubts")]
    assert "\u5df2\u5904\u7406" in pages[round_page("doubts")]
    # Samplers know whom they swabbed: the same words are on their pages, so the list above can be trusted.
    sampler = sign_in(Role.SAMPLER, path=park.zone.path)
    seen = "".join(text(sampler.get(address)) for address in inside)
    assert [word for word in (mask_name(NAME), mask_name(GUEST), TOLD) if word not in seen] == []


def test_no_other_page_tells_a_laboratory_either(sign_in: SignIn, park: Park, doubtful: list[str]) -> None:
    laboratory = sign_in(Role.LABORATORY, path=park.zone.path)
    opened = []
    for name, door in DOORS.items():
        if door.args is not None or door.post or name == "live":  # it says ids only, and does not end
            continue
        answer = laboratory.get(reverse(name))
        if answer.status_code == 200 and not answer.streaming:
            opened.append(name)
            assert [word for word in doubtful if word in text(answer)] == [], name
    assert {"custody:index", "laboratory:index", "laboratory:receive", "laboratory:refused"} <= set(opened)
    worker = Employment.objects.order_by("pk").first()
    assert worker is not None
    for kind in ("worker", "screening_hold"):
        for way in ("privacy:reveal", "privacy:hide", "privacy:held"):
            address = reverse(way, kwargs={"kind": kind, "pk": worker.pk})
            assert laboratory.post(address, {"reason": "\u67e5\u770b"}).status_code in (403, 404, 405), (
                address
            )
            assert laboratory.get(address).status_code in (403, 404, 405), address
    query = f"?round={Round.objects.get().pk}"
    for key in ("screening.chase", "screening.coverage", "people.workers"):
        for way in ("begin", "xlsx", "csv"):
            answer = laboratory.get(reverse(f"exports:{way}", kwargs={"key": key}) + query)
            assert answer.status_code in (403, 404), (key, way)
    assert laboratory.get(at("rounds:coverage", Round.objects.get().pk)).status_code == 403
