"""Pages of the laboratory: tubes received, results typed and corrected, what was not applied; and nobody's name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import FAULT_HINTS, ResultFault, TubeState, Verdict
from pingzhan.domain.screening.models import Result, ResultRefusal, SamplingTeam, Tube
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation.access.rights import Right
from pingzhan.foundation.access.roles import Permission, Role
from tests.domain.people.crowd import Park, build_park, hire
from tests.domain.screening.phones import Phone, adopted_round, phone
from tests.factories import kept
from tests.pages.console.conftest import SignIn

INDEX, RECEIVE, ENTER, REFUSED = (f"laboratory:{name}" for name in ("index", "receive", "enter", "refused"))


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def sampler(park: Park) -> Phone:
    team = SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")
    adopted_round(park, team, [park.firms[0].unit])
    return phone(team, park)


@pytest.fixture
def worker(park: Park) -> Employment:
    return hire(park.firms[0], no="A1")


@pytest.fixture
def technician(sign_in: SignIn, park: Park, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody of the testing group: the right comes from his seat."""
    right = Right(frozenset({Permission.ENTER_RESULTS}), park.zone.path, "\u68c0\u6d4b\u7ec4")
    monkeypatch.setattr("pingzhan.foundation.access.actor.rights_of", lambda person: (right,))
    return sign_in(Role.SAMPLER, path=park.zone.path)


def fill(one: Phone, code: str, who: Employment) -> None:
    one.send(one.swab(code, who), one.write("seal", tube=code))


def result(code: str, verdict: str = Verdict.NEGATIVE, **more: str) -> dict[str, str]:
    return {"code": code, "verdict": verdict, "tested_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", **more}


def test_from_the_scanner_to_a_corrected_result(
    technician: Client, sampler: Phone, worker: Employment
) -> None:
    fill(sampler, "T-0001", worker)
    page = text(technician.post(reverse(RECEIVE), {"codes": "t-0001\r\nT-9999, T-0001", "note": "4 \u5ea6"}))
    assert "\u63a5\u6536\u4e86 1 \u7ba1" in page
    assert "T-9999" in page
    assert Tube.objects.get().state == TubeState.RECEIVED
    assert "\u65e9\u5df2\u63a5\u6536" in text(technician.post(reverse(RECEIVE), {"codes": "T-0001"}))
    # A test cannot have been before the swab: the minute of the form has to lie behind it.
    Tube.objects.update(first_taken_at=timezone.now() - timedelta(hours=2))
    answer = technician.post(reverse(ENTER), result("t-0001", Verdict.POSITIVE, ct="N 33"))
    assert answer.status_code == 302
    address = f"{reverse(ENTER)}?tube=T-0001"
    refused = technician.post(address, result("T-0001"))
    assert refused.status_code == 422
    assert str(FAULT_HINTS[ResultFault.OTHER_RESULT]) in text(refused)
    assert ResultRefusal.objects.get().fault == ResultFault.OTHER_RESULT
    why = "\u6837\u672c\u6c61\u67d3\u91cd\u68c0"
    assert technician.post(address, result("T-0001", correction=why)).status_code == 302
    assert Result.objects.count() == 2
    page = text(technician.get(address))
    assert why in page
    assert "N 33" in page
    listed = text(technician.get(reverse(INDEX)))
    assert "T-0001" in listed
    assert "\u5df2\u66f4\u6b63" in listed
    name = people.opened([worker.individual], fields=("name",))[worker.individual_id].name
    assert name
    for shown in (page, listed, text(technician.get(reverse(REFUSED)))):
        assert name not in shown


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"code": "T-9999"}, str(FAULT_HINTS[ResultFault.UNKNOWN_TUBE])),
        ({"code": "!"}, "4 \u81f3 32 \u4f4d"),
        ({"verdict": ""}, "\u8bf7\u9009\u62e9\u7ed3\u679c"),
        ({"tested_at": "x"}, "\u65f6\u95f4\u4e0d\u5bf9"),
        ({"ct": "99"}, "0 \u5230 60"),
        ({"correction": "13900001111"}, "\u7535\u8bdd"),
        ({"code": "T-0001"}, str(FAULT_HINTS[ResultFault.NOT_RECEIVED])),
    ],
)
def test_a_result_is_refused_in_words(
    technician: Client, sampler: Phone, worker: Employment, more: dict[str, str], words: str
) -> None:
    fill(sampler, "T-0001", worker)
    answer = technician.post(reverse(ENTER), result("T-0001") | more)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Result.objects.exists()


def test_refused_results_are_listed_with_what_to_do(technician: Client, sampler: Phone) -> None:
    technician.post(reverse(ENTER), result("T-9999"))
    page = text(technician.get(reverse(REFUSED)))
    assert "T-9999" in page
    assert str(FAULT_HINTS[ResultFault.UNKNOWN_TUBE]) in page
    assert "T-9999" not in text(technician.get(f"{reverse(REFUSED)}?fault=held"))


def test_tubes_and_refusals_of_another_zone_are_not_there(
    technician: Client, sampler: Phone, worker: Employment, park: Park
) -> None:
    other = territory.create_unit(
        kind=UnitKind.ZONE, code="ZZ", name="\u90bb\u533a", parent=None, by=park.root
    )
    ResultRefusal.objects.create(
        zone=other, row=1, code="T-0002", verdict=Verdict.POSITIVE, fault=ResultFault.HELD, source="csv"
    )
    assert "T-0002" not in text(technician.get(reverse(REFUSED)))
    assert technician.get(f"{reverse(INDEX)}?zone={other.pk}").status_code == 404
    assert technician.get(f"{reverse(ENTER)}?tube=T-0002").status_code == 404


def test_who_only_reads_results_has_no_way_to_enter_them(sign_in: SignIn, park: Park, sampler: Phone) -> None:
    reader = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(reader.get(reverse(INDEX)))
    assert reverse(ENTER) not in page
    assert reverse(RECEIVE) not in page
    assert "screening.results" not in page
    for name in (RECEIVE, ENTER):
        assert reader.get(reverse(name)).status_code == 403
        assert reader.post(reverse(name), result("T-0001")).status_code == 403


@pytest.mark.parametrize("role", [Role.COMPANY, Role.ORGANISER, Role.AUDITOR, Role.SAMPLER])
def test_who_may_not_look(sign_in: SignIn, park: Park, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    for name in (INDEX, REFUSED, RECEIVE, ENTER):
        assert client.get(reverse(name)).status_code == 403


def test_lists_ask_as_much_for_three_rows_as_for_one(
    technician: Client, sampler: Phone, worker: Employment, park: Park
) -> None:
    seen: dict[str, list[int]] = {INDEX: [], REFUSED: []}
    crew = [worker, hire(park.firms[0], no="A2"), hire(park.firms[0], no="A3")]
    for codes in (["T-0001"], ["T-0002", "T-0003"]):
        for code in codes:
            fill(sampler, code, crew.pop())
            technician.post(reverse(RECEIVE), {"codes": code})
            Tube.objects.update(first_taken_at=timezone.now() - timedelta(hours=2))
            technician.post(reverse(ENTER), result(code))
            technician.post(reverse(ENTER), result(f"X-{code}"))
        for name, counts in seen.items():
            technician.get(reverse(name))
            with CaptureQueriesContext(connection) as caught:
                assert codes[-1] in text(technician.get(reverse(name)))
            counts.append(len(caught))
    assert seen == {INDEX: [13, 13], REFUSED: [9, 9]}
