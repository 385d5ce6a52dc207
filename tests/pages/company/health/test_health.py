"""体温与症状: who gets in, what the pages cost, a team entered with its exceptions, a case from stop to return."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.health.enums import CaseState
from pingzhan.domain.health.models import Case, Reading
from pingzhan.domain.health.slots import label_of
from pingzhan.domain.obligations import program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.program import Program
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.domain.obligations.conftest import rule
from tests.domain.people.crowd import Firm, Park, hire

SignIn = Callable[..., Client]
FIRM_QUERIES = 16


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.VIEW_LEDGERS)])
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    for page in ("", f"{mill.unit.pk}/", f"{mill.unit.pk}/cases/"):
        assert client.get(f"/day/health/{page}").status_code == 403, page
    assert client.post(f"/day/health/{mill.unit.pk}/normal/{mill.teams[0].pk}/").status_code == 403


def test_another_enterprise_is_not_found(park: Park, contact: Client) -> None:
    other = park.firms[1].unit.pk
    for page in ("", "cases/", f"team/{park.firms[1].teams[0].pk}/"):
        assert contact.get(f"/day/health/{other}/{page}").status_code == 404, page


def test_officials_see_counts_and_no_names(sign_in: SignIn, park: Park, mill: Firm) -> None:
    hire(mill)
    page = sign_in(Role.LEADER, path=park.zone.path).get("/day/health/").content.decode()
    assert mill.unit.name in page
    detail = sign_in(Role.LEADER, path=park.zone.path).get(f"/day/health/{mill.unit.pk}/").content.decode()
    assert "\u8c37\u4e00\u9e23" not in detail
    assert (
        sign_in(Role.LEADER, path=park.zone.path).get(f"/day/health/{mill.unit.pk}/cases/").status_code == 403
    )


def test_a_slot_is_called_by_its_time_of_day(contact: Client, mill: Firm) -> None:
    ill = hire(mill, no="T1")
    contact.post(f"/day/health/{mill.unit.pk}/team/{mill.teams[0].pk}/", {f"value-{ill.pk}": "36.4"})
    label = label_of(Reading.objects.get().slot)
    assert label in ("\u65e9\u95f4 07:30", "\u5348\u540e 13:30")
    for page in ("", f"team/{mill.teams[0].pk}/", "correct/"):
        shown = contact.get(f"/day/health/{mill.unit.pk}/{page}").content.decode()
        assert label in shown, page
        assert "\u665a\u95f4" not in shown, page
    form = contact.get(f"/day/health/{mill.unit.pk}/correct/").context["form"]
    assert [code for code, _label in form.fields["slot"].choices] == [450, 810]


def test_officials_of_several_see_the_slot_of_each(
    sign_in: SignIn, park: Park, mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(mill)
    leader = sign_in(Role.LEADER, path=park.zone.path)
    one = leader.get("/day/health/").context["slot"]
    assert re.search(r"\d\d:30", one)

    def own(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        return {
            unit: Program(None, (rule("temperature", Cadence(CadenceKind.SLOTS, times=(time(n),))),))
            for n, unit in enumerate(unit_ids)
        }

    monkeypatch.setattr(program, "_sources", [own])
    assert "\u5404\u4f01\u4e1a" in leader.get("/day/health/").context["slot"]


@pytest.mark.parametrize("workers", [1, 3])
def test_queries_do_not_grow(contact: Client, mill: Firm, workers: int) -> None:
    for n in range(workers):
        hire(mill, no=f"Q{n}")
    contact.get(f"/day/health/{mill.unit.pk}/")
    with CaptureQueriesContext(
        connection,
    ) as found:
        contact.get(f"/day/health/{mill.unit.pk}/")
    assert len(found) == FIRM_QUERIES


def test_one_tap_and_a_fever(contact: Client, mill: Firm) -> None:
    ill, well = hire(mill, no="B1"), hire(mill, no="B2")
    team = f"/day/health/{mill.unit.pk}/team/{mill.teams[0].pk}/"
    refused = contact.post(team, {f"value-{ill.pk}": "365"})
    assert refused.status_code == 422
    assert "36.5" in refused.content.decode()
    assert not Reading.objects.exists()
    assert contact.post(team, {f"value-{ill.pk}": "38.4", f"what-{well.pk}": "3"}).status_code == 302
    case = Case.objects.get()
    assert (case.employment_id, case.state) == (ill.pk, CaseState.STOPPED)
    assert contact.post(f"/day/health/{mill.unit.pk}/normal/{mill.teams[0].pk}/").status_code == 302
    assert Reading.objects.count() == 2


def test_a_form_of_a_slot_that_is_over_enters_nothing_and_loses_nothing(contact: Client, mill: Firm) -> None:
    one = hire(mill, no="M1")
    page = f"/day/health/{mill.unit.pk}/"
    before = {"at": "20260101-1"}
    answer = contact.post(f"{page}normal/{mill.teams[0].pk}/", before, follow=True)
    assert "\u65f6\u6bb5" in answer.content.decode()
    refused = contact.post(f"{page}team/{mill.teams[0].pk}/", {**before, f"value-{one.pk}": "36.9"})
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert 'value="36.9"' in shown
    assert not Reading.objects.exists()
    now = re.search(r'name="at" value="([0-9-]+)"', shown)
    assert now is not None
    again = contact.post(f"{page}team/{mill.teams[0].pk}/", {"at": now[1], f"value-{one.pk}": "36.9"})
    # The slot may turn once more between the two; then it is asked again.
    assert again.status_code in (302, 422)
    assert Reading.objects.exists() == (again.status_code == 302)


def test_characters_that_no_database_keeps_are_refused_in_words(contact: Client, mill: Firm) -> None:
    ill = hire(mill, no="N1")
    contact.post(f"/day/health/{mill.unit.pk}/cases/", {"number": "N1", "symptoms": "cough"})
    case = Case.objects.get(employment=ill)
    said = {"act": "at_clinic", "clinic": "a\x00b"}
    answer = contact.post(f"/day/health/case/{case.pk}/", said)
    assert answer.status_code == 400
    case.refresh_from_db()
    assert case.state == CaseState.STOPPED


def test_a_case_goes_its_way(contact: Client, mill: Firm) -> None:
    hire(mill, no="C1")
    cases = f"/day/health/{mill.unit.pk}/cases/"
    assert contact.post(cases, {"number": "C9", "symptoms": "cough"}).status_code == 422
    assert contact.post(cases, {"number": "C1", "symptoms": "cough"}).status_code == 302
    page = f"/day/health/case/{Case.objects.get().pk}/"
    today = timezone.localdate().isoformat()
    assert contact.post(page, {"act": "returned", "free_from": today}).status_code == 422
    for act in ({"act": "at_clinic", "clinic": "\u533a\u533b\u9662"}, {"act": "excluded"}):
        assert contact.post(page, act).status_code == 302
    assert contact.post(page, {"act": "returned", "free_from": "x"}).status_code == 422
    assert contact.post(page, {"act": "returned", "free_from": today}).status_code == 302
    assert contact.get(page).status_code == 200
    assert Case.objects.get().state == CaseState.RETURNED


def test_a_temperature_is_corrected_with_its_reason(contact: Client, mill: Firm) -> None:
    ill = hire(mill, no="E1")
    contact.post(f"/day/health/{mill.unit.pk}/team/{mill.teams[0].pk}/", {f"value-{ill.pk}": "38.4"})
    page = f"/day/health/{mill.unit.pk}/correct/"
    row = Reading.objects.get()
    said = {
        "number": "E1", "day": row.day.isoformat(), "slot": row.slot, "value": "36.4", "reason": "\u8bb0\u9519"
    }  # fmt: skip
    for wrong in ({"number": "E9"}, {"value": "364"}, {"reason": ""}, {"day": "2026-01-05"}, {"slot": "7"}):
        assert contact.post(page, {**said, **wrong}).status_code == 422, wrong
    assert contact.post(page, said).status_code == 302
    assert set(Reading.objects.values_list("tenths", flat=True)) == {384, 364}


def test_the_gate_knows_who_has_stopped_and_not_why(sign_in: SignIn, contact: Client, mill: Firm) -> None:
    hire(mill, no="G7")
    contact.post(f"/day/health/{mill.unit.pk}/cases/", {"number": "G7", "symptoms": "cough"})
    guard = sign_in(Role.GATE_GUARD, path=mill.unit.path).get(f"/day/gate/{mill.unit.pk}/").content.decode()
    assert "G7" in guard
    assert "\u8c37\u4e00\u9e23" not in guard
    assert "\u54b3\u55fd" not in guard


def test_charts_have_their_tables(contact: Client, mill: Firm) -> None:
    ill = hire(mill, no="H1")
    contact.post(f"/day/health/{mill.unit.pk}/team/{mill.teams[0].pk}/", {f"value-{ill.pk}": "38.4"})
    assert "health-trend-data" in contact.get(f"/day/health/{mill.unit.pk}/").content.decode()
    case = contact.get(f"/day/health/case/{Case.objects.get().pk}/").content.decode()
    assert "fever-curve-data" in case
    assert "38.4" in case


def test_a_worker_reports_himself_by_the_link(contact: Client, mill: Firm, sign_in: SignIn) -> None:
    hire(mill, no="S1")
    page = f"/day/health/{mill.unit.pk}/link/"
    assert contact.get(page).context["address"] == ""
    assert contact.post(page).status_code == 302
    address = contact.get(page).context["address"]
    way = address[address.index("/day/s/") :]
    visitor = Client(enforce_csrf_checks=True)
    shown = visitor.get(way)
    assert shown.status_code == 200
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    for wrong in (
        {"number": "", "symptoms": "cough"},
        {"number": "S1"},
        {"number": "15400001234", "symptoms": "cough"},
    ):
        assert visitor.post(way, wrong).status_code == 422
    # Whose number it is shows in no answer.
    answers = {
        number: visitor.post(way, {"number": number, "symptoms": "cough"}, follow=True)
        for number in ("S1", "S2")
    }
    texts = {number: answer.content.decode().partition("<main")[2] for number, answer in answers.items()}
    assert texts["S1"] == texts["S2"]
    assert "\u8c37" not in texts["S1"]
    assert not Case.objects.exists()

    listed = f"/day/health/{mill.unit.pk}/cases/"
    waiting = contact.get(listed)
    assert [(row.number, bool(row.employment_id)) for _who, _words, row in waiting.context["reports"]] == [
        ("S1", True),
        ("S2", False),
    ]
    one, nobody = (row.pk for _who, _words, row in waiting.context["reports"])
    assert contact.get(f"/day/health/report/{one}/").status_code == 405
    guard = sign_in(Role.GATE_GUARD, path=mill.unit.path)
    assert guard.post(f"/day/health/report/{one}/", {"act": "stop"}).status_code in (403, 404)
    contact.post(f"/day/health/report/{nobody}/", {"act": "stop"})
    assert not Case.objects.exists()
    contact.post(f"/day/health/report/{nobody}/", {"act": "well"})
    assert contact.post(f"/day/health/report/{one}/", {"act": "stop"}).status_code == 302
    assert Case.objects.get().state == CaseState.STOPPED
    assert contact.get(listed).context["reports"] == []

    contact.post(page)
    ended = visitor.get(way)
    assert ended.status_code == 403
    assert mill.unit.name not in ended.content.decode()
