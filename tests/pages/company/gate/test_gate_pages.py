"""The pages of the gate: who gets which first screen, wrong input kept, refusals shown, a pass that tells little."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.actions import common, visiting
from pingzhan.domain.gate.enums import StarRule
from pingzhan.domain.gate.models import Closure, VehicleEntry, Visit
from pingzhan.domain.measures.api import Origin
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Role
from tests.domain.gate.stock import visitor
from tests.domain.people.crowd import Firm, Park, acting, build_park, hire, person
from tests.factories import kept

SignIn = Callable[..., Client]
NAME = "\u53f6\u7693\u7136"


@pytest.fixture
def park(db: None) -> Park:
    return kept(build_park)


@pytest.fixture
def guard(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.GATE_GUARD, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_guard_begins_at_his_gate_and_sees_nothing_else(guard: Client, mill: Firm) -> None:
    assert guard.get("/").headers["Location"] == "/day/gate/"
    page = guard.get("/day/gate/")
    assert page.status_code == 200
    assert mill.unit.name in text(page)
    for closed in ("/workers/", "/day/goods/", "/enterprises/", f"/day/gate/{mill.unit.pk}/meetings/"):
        assert guard.get(closed).status_code == 403


def test_wrong_input_is_kept_and_named(guard: Client, mill: Firm) -> None:
    address = reverse("gate:visitor", args=[mill.unit.pk])
    answer = guard.post(
        address, {"name": NAME, "host": "", "phone": "123", "reason": "business", "persons": "1"}
    )
    assert answer.status_code == 422
    assert NAME in text(answer)
    assert "\u8bf7\u586b\u5199\u627e\u8c01\u3002" in text(answer)
    answer = guard.post(
        address, {"name": NAME, "host": "x", "phone": "123", "reason": "business", "persons": "1"}
    )
    assert answer.status_code == 422
    assert not Visit.objects.exists()
    answer = guard.post(
        address, {"name": NAME, "host": "x", "phone": "13900002222", "reason": "business", "persons": "1"}
    )
    assert answer.status_code == 302
    assert Visit.objects.count() == 1


def test_a_refusal_by_the_rules_is_shown_with_what_to_do(guard: Client, mill: Firm) -> None:
    gate.close_gate(enterprise=mill.unit, basis="1\u53f7", decided_by="\u7ba1\u59d4\u4f1a", by=mill.contact)
    words = {"name": NAME, "host": "x", "phone": "13900002222", "reason": "business", "persons": "1"}
    answer = guard.post(reverse("gate:visitor", args=[mill.unit.pk]), words)
    assert answer.status_code == 422
    assert "gate-refused" in text(answer)
    assert NAME in text(answer)
    assert not Visit.objects.exists()


def test_the_page_says_that_closed_management_ended_by_its_own_time(
    sign_in: SignIn, guard: Client, mill: Firm
) -> None:
    made = gate.close_gate(
        enterprise=mill.unit, basis="1\u53f7", decided_by="\u7ba1\u59d4\u4f1a", by=mill.contact
    )
    last = timezone.localdate(clock.now()) - timedelta(days=1)
    Closure.objects.filter(pk=made.pk).update(until=last, t0=clock.now() - timedelta(days=9))
    contact, address = (
        sign_in(Role.COMPANY, path=mill.unit.path),
        reverse("gate:closing", args=[mill.unit.pk]),
    )
    ended = "\u5df2\u81ea\u52a8\u89e3\u9664"
    for reader in (guard, contact):
        page = text(reader.get(address))
        assert ended in page
        assert str(last) in page
    words = {"basis": "2\u53f7", "decided_by": "\u7ba1\u59d4\u4f1a"}
    assert contact.post(reverse("gate:close_act", args=[mill.unit.pk]), words).status_code == 302
    assert ended not in text(contact.get(address))
    made.refresh_from_db()
    assert made.t1 is not None


def test_only_the_enterprise_reads_whole_names_of_its_permitted_list(
    sign_in: SignIn, guard: Client, park: Park, mill: Firm
) -> None:
    job = hire(mill, person(NAME), no="N1")
    gate.permit(enterprise=mill.unit, employment=job, purpose="x", by=mill.contact)
    address = reverse("gate:closing", args=[mill.unit.pk])
    for reader, whole in (
        (guard, True),
        (sign_in(Role.COMPANY, path=mill.unit.path), True),
        (sign_in(Role.DUTY_OFFICER, path=park.zone.path), False),
        (sign_in(Role.LEADER, path=park.zone.path), False),
    ):
        page = text(reader.get(address))
        assert "N1" in page
        assert (NAME in page) is whole
        assert (f"{NAME[0]}** N1" in page) is not whole


def test_the_form_asks_what_the_codes_and_the_star_rule_make_necessary(
    guard: Client, mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("gate:visitor", args=[mill.unit.pk])
    words = {
        "name": NAME, "host": "x", "phone": "13900002222", "reason": "business", "persons": "1",
        "temperature": "36.5", "health_code": "written", "travel_code": "star",
    }  # fmt: skip
    fields = ('name="written"', 'name="whereabouts"')
    assert not any(one in text(guard.get(address)) for one in fields)
    for star, shown in ((None, (True, False)), ("ask", (True, True)), ("refuse", (True, False))):
        rule = gate.Standard(health_checks=True, star=StarRule(star) if star else None)
        for module in (gate, visiting):
            monkeypatch.setattr(module, "standard_of", lambda unit, rule=rule: rule)
        assert tuple(one in text(guard.get(address)) for one in fields) == shown
    missing = guard.post(address, words)
    assert missing.status_code == 422
    assert "ask-written" in text(missing)
    refused = guard.post(address, {**words, "written": "ID"})
    assert "gate-refused" in text(refused)
    assert not Visit.objects.exists()
    assert guard.post(address, {**words, "written": "ID", "travel_code": "written"}).status_code == 302


def test_who_comes_from_a_key_region_is_asked_about_once_and_marked(
    guard: Client, mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = Origin("N1", "high", "L1", timezone.localdate(), "rule9", "C1")
    monkeypatch.setattr(common, "judge_origin", lambda unit, words, day: origin if words == "there" else None)
    address = reverse("gate:vehicle", args=[mill.unit.pk])
    words = {"plate": "\u9c81M12345", "driver": NAME, "origin": "there", "purpose": "deliver"}
    asks = 'name="region_told"'
    assert asks not in text(guard.get(address))
    asked = guard.post(address, words)
    assert asked.status_code == 422
    assert all(one in text(asked) for one in (asks, "N1", "L1", "C1", "rule9", NAME))
    assert not VehicleEntry.objects.exists()
    assert asks not in text(guard.post(address, {**words, "driver": "", "origin": "here"}))
    assert guard.post(address, {**words, "region_told": "on"}).status_code == 302
    [entry] = VehicleEntry.objects.all()
    assert (entry.region_level, entry.region_rule) == ("high", "rule9")
    label = "\u91cd\u70b9\u5730\u533a\uff1a"
    assert label in text(guard.get("/day/gate/"))
    assert label in text(guard.get(reverse("gate:book", args=[mill.unit.pk])))


def test_a_second_tap_is_told_and_no_error_page(guard: Client, mill: Firm) -> None:
    visit = gate.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=mill.contact).visit
    assert visit is not None
    address = reverse("gate:visit_out", args=[visit.pk])
    for _n in range(2):
        assert guard.post(address).status_code == 302
    assert "message-warning" in text(guard.get(reverse("gate:firm", args=[mill.unit.pk])))


def test_another_enterprise_is_not_found(sign_in: SignIn, park: Park, mill: Firm) -> None:
    visit = gate.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=mill.contact).visit
    assert visit is not None
    other = sign_in(Role.GATE_GUARD, path=park.firms[1].unit.path)
    for name in ("firm", "book", "visitor", "vehicle", "appointments", "closing"):
        assert other.get(reverse(f"gate:{name}", args=[mill.unit.pk])).status_code == 404
    assert other.post(reverse("gate:visit_out", args=[visit.pk])).status_code == 404
    visit.refresh_from_db()
    assert visit.t_out is None


def test_an_official_reads_and_does_not_write(sign_in: SignIn, park: Park, mill: Firm) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    overview = duty.get("/day/gate/")
    assert overview.status_code == 200
    assert mill.unit.name in text(overview)
    assert duty.get(reverse("gate:firm", args=[mill.unit.pk])).status_code == 200
    assert duty.get(reverse("gate:visitor", args=[mill.unit.pk])).status_code == 403
    assert duty.post(reverse("gate:appointments", args=[mill.unit.pk]), {}).status_code == 403
    assert duty.post(reverse("gate:close_act", args=[mill.unit.pk]), {}).status_code == 403


def test_a_pass_tells_little_and_leads_only_the_guard_in(guard: Client, mill: Firm) -> None:
    now = clock.now()
    made = gate.invite(
        enterprise=mill.unit,
        invitation=gate.Invitation(
            NAME, "\u91c7\u8d2d\u90e8", now, now + timedelta(hours=1), phone="13900002222"
        ),
        by=mill.contact,
    )
    address = reverse("visitor_pass", args=[gate.pass_token(made)])
    seen = Client().get(address)
    assert made.code in text(seen)
    for secret in (NAME, "13900002222", "\u91c7\u8d2d\u90e8"):
        assert secret not in text(seen)
    way_in = reverse("gate:visitor", args=[mill.unit.pk])
    assert way_in not in text(seen)
    assert way_in in text(guard.get(address))
    assert seen.headers["Cache-Control"] == "no-store"
    gate.cancel(appointment_id=made.pk, by=mill.contact)
    assert made.code not in text(Client().get(address))
    assert Client().get(address + "x").status_code == 404


@pytest.mark.parametrize(("name", "queries"), [("gate:firm", 20), ("gate:book", 12)])
def test_lists_need_the_same_queries_for_one_and_three_rows(
    guard: Client, mill: Firm, name: str, queries: int
) -> None:
    address = reverse(name, args=[mill.unit.pk])
    counts = []
    for size in (1, 2):
        for n in range(size):
            gate.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=mill.contact)
            gate.admit_vehicle(
                enterprise=mill.unit,
                truck=gate.Truck(plate=f"\u9c81M{size}{n}345", driver=NAME),
                by=mill.contact,
            )
        guard.get(address)
        with CaptureQueriesContext(connection) as seen:
            guard.get(address)
        counts.append(len(seen))
    assert counts == [queries, queries]


def test_the_book_is_narrowed_to_a_kind_and_to_words(guard: Client, mill: Firm) -> None:
    gate.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=mill.contact)
    for n in (1, 2):
        truck = gate.Truck(plate=f"\u9c81M1234{n}", driver="\u738b\u4e91")
        gate.admit_vehicle(enterprise=mill.unit, truck=truck, by=mill.contact)
    address = reverse("gate:book", args=[mill.unit.pk])

    def seen(**asked: str) -> tuple[int, int]:
        context = guard.get(address, asked).context
        return len(context["people"]), len(context["trucks"])

    assert seen() == (1, 2)
    assert seen(kind="visitors") == (1, 0)
    assert seen(kind="vehicles") == (0, 2)
    assert seen(q="\uff4d12342") == (0, 1)
    assert seen(q=NAME[:2]) == (1, 0)
    assert seen(q=NAME[:2], kind="vehicles") == (0, 0)
    assert seen(q="13900002222") == (0, 0)
    assert seen(day="2026-01-05") == (0, 0)
    assert "\u6ca1\u6709\u7b26\u5408\u6761\u4ef6" in text(guard.get(address, {"q": "zzz"}))


def test_the_taps_of_guard_and_contact(guard: Client, sign_in: SignIn, mill: Firm) -> None:
    contact = sign_in(Role.COMPANY, path=mill.unit.path)
    now = clock.now()
    waiting = gate.invite(
        enterprise=mill.unit,
        invitation=gate.Invitation(NAME, "x", now, now + timedelta(hours=1)),
        by=acting(Role.GATE_GUARD, mill.unit.path),
    )
    visit = gate.admit_visitor(enterprise=mill.unit, arrival=visitor(), by=mill.contact).visit
    entry = gate.admit_vehicle(
        enterprise=mill.unit, truck=gate.Truck(plate="\u9c81M12345", driver=NAME), by=mill.contact
    ).entry
    listed = gate.permit(enterprise=mill.unit, plate="\u9c81M12345", purpose="x", by=mill.contact)
    meeting = gate.hold_meeting(enterprise=mill.unit, data=gate.MeetingData("x", now, 3), by=mill.contact)
    assert visit is not None
    assert entry is not None
    taps = [
        (guard, reverse("gate:vehicle_clean", args=[entry.pk]), {}),
        (guard, reverse("gate:vehicle_out", args=[entry.pk]), {}),
        (guard, reverse("gate:vehicle_void", args=[entry.pk]), {"from": "book"}),
        (guard, reverse("gate:visit_void", args=[visit.pk]), {"from": "book"}),
        (guard, reverse("gate:none", args=[mill.unit.pk]), {"kind": "no_visitors"}),
        (contact, reverse("gate:decide", args=[waiting.pk]), {"approve": "yes"}),
        (guard, reverse("gate:cancel", args=[waiting.pk]), {}),
        (contact, reverse("gate:permit_end", args=[listed.pk]), {}),
        (contact, reverse("gate:meeting_cancel", args=[meeting.pk]), {}),
        (contact, reverse("gate:close_act", args=[mill.unit.pk]), {"basis": "x", "decided_by": "y"}),
        (contact, reverse("gate:close_act", args=[mill.unit.pk]), {"act": "open"}),
    ]
    for client, address, data in taps:
        assert client.post(address, data).status_code == 302, address
    for row in (visit, entry, waiting, listed, meeting):
        row.refresh_from_db()
    assert (entry.disinfected, waiting.state) == (True, "cancelled")
    assert all((visit.voided_at, entry.voided_at, listed.ended_at, meeting.cancelled_at))
    assert gate.open_closure(mill.unit) is None
