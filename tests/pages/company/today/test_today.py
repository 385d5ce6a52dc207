"""今日要办: who sees whose day, what it costs, what a tap closes and what it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.gate.models import DayMark
from pingzhan.domain.obligations import api, forms, program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import Obligation, UnitDay
from pingzhan.domain.obligations.program import Program, Rule
from pingzhan.domain.orders import api as orders
from pingzhan.domain.reporting.models import ZeroLine
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import Conflict
from pingzhan.pages.company.today.day import day_of
from tests.domain.people.crowd import Firm, Park

SignIn = Callable[..., Client]
QUERIES = 19
DAILY = Cadence(CadenceKind.EVERY, n=1)


def rule(evidence: str, **changes: object) -> Rule:
    """A measure that is due all day, of every day."""
    plain = Rule(
        key=f"t.{evidence}", version=1, set_version=1, set_name="set", title=evidence, item=3,
        clause="annex 2", party="employer", group="verification", subject="enterprise", evidence=evidence,
        severity=1, cadence=DAILY,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


Demanded = list[Rule]


@pytest.fixture
def demanded(park: Park) -> Iterator[Demanded]:
    """What is demanded of everybody in this test: two enterprises in production, known since yesterday."""
    yesterday = api.business_now()[1] - timedelta(days=1)
    for n, firm in enumerate(park.firms):
        UnitDay.objects.create(unit=firm.unit, day=yesterday, since=timezone.now() - timedelta(days=9))
        Enterprise.objects.get_or_create(
            unit=firm.unit, defaults={"credit_code": f"91110000600037{n:02d}1L", "industry": "32"}
        )
    rules = [rule("visitors"), rule("gate_check"), rule("training")]

    def source(unit_ids: Sequence[int], at: datetime) -> Mapping[int, Program]:
        return dict.fromkeys(unit_ids, Program(None, tuple(rules)))

    before = list(program._sources)
    program.register_source(source)
    yield rules
    program._sources[:] = before


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def page_of(client: Client, firm: Firm, part: str = "") -> str:
    """The text of a page of the day."""
    response = client.get(f"/day/{firm.unit.pk}/{part}")
    assert response.status_code == 200, part
    return response.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.VIEW_LEDGERS)])
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    for page in ("", f"{mill.unit.pk}/", f"{mill.unit.pk}/fragment/", f"{mill.unit.pk}/proof/1/"):
        assert client.get(f"/day/{page}").status_code == 403, page
    assert client.get(f"/day/{mill.unit.pk}/quiet/").status_code == 403
    assert client.post(f"/day/{mill.unit.pk}/tap/", {"evidence": "visitors"}).status_code == 403
    assert not DayMark.objects.exists()


def test_another_enterprise_is_not_found(park: Park, contact: Client, demanded: Demanded) -> None:
    other = park.firms[1].unit.pk
    api.today(other)
    for page in ("", "fragment/", "quiet/", f"proof/{Obligation.objects.filter(unit=other)[0].pk}/"):
        assert contact.get(f"/day/{other}/{page}").status_code == 404, page
    assert contact.post(f"/day/{other}/tap/", {"evidence": "visitors"}).status_code == 404
    assert (
        contact.get(
            f"/day/{park.firms[0].unit.pk}/proof/{Obligation.objects.filter(unit=other)[0].pk}/"
        ).status_code
        == 404
    )


def test_the_contact_starts_here_and_officials_only_read(
    sign_in: SignIn, park: Park, mill: Firm, contact: Client, demanded: Demanded
) -> None:
    assert contact.get("/", follow=True).redirect_chain[-1][0] == f"/day/{mill.unit.pk}/"
    mine = page_of(contact, mill)
    assert f"/day/{mill.unit.pk}/tap/" in mine
    assert f"/day/{mill.unit.pk}/quiet/" in mine
    official = sign_in(Role.LEADER, path=park.zone.path)
    seen = page_of(official, mill)
    assert "\u53ea\u8bfb" in seen
    assert "/tap/" not in seen
    assert "/quiet/" not in seen
    assert official.post(f"/day/{mill.unit.pk}/tap/", {"evidence": "visitors"}).status_code == 403
    assert not DayMark.objects.exists()


def test_a_tap_writes_a_row_of_the_ledger_and_closes_by_it(
    contact: Client, mill: Firm, demanded: Demanded
) -> None:
    page_of(contact, mill)
    answer = contact.post(f"/day/{mill.unit.pk}/tap/", {"evidence": "visitors"}, follow=True)
    mark = DayMark.objects.get()
    done = Obligation.objects.get(state="done")
    assert (done.ref_kind, done.ref_id) == ("gate_mark", mark.pk)
    assert f'data-evidence="{"gate_check"}"' in answer.content.decode()
    proof = contact.get(f"/day/{mill.unit.pk}/proof/{done.pk}/")
    assert proof.status_code == 302
    assert f"/day/gate/{mill.unit.pk}/book/" in proof.headers["Location"]


def test_what_has_no_honest_tap_is_refused(contact: Client, mill: Firm, demanded: Demanded) -> None:
    for evidence in ("goods", "inspection", "nonsense", ""):
        assert contact.post(f"/day/{mill.unit.pk}/tap/", {"evidence": evidence}).status_code == 422, evidence
    assert not Obligation.objects.filter(state="done").exists()


def test_only_what_was_ticked_is_declared(contact: Client, mill: Firm, demanded: Demanded) -> None:
    quiet = f"/day/{mill.unit.pk}/quiet/"
    assert "checked" not in page_of(contact, mill, "quiet/")
    assert contact.post(quiet).status_code == 422
    assert contact.post(quiet, {"evidence": ["goods"]}).status_code == 422
    assert not DayMark.objects.exists()
    assert contact.post(quiet, {"evidence": ["gate_check"]}).status_code == 302
    assert list(Obligation.objects.filter(state="done").values_list("demand__evidence", flat=True)) == [
        "gate_check"
    ]
    assert DayMark.objects.count() == 1


def test_a_refused_declaration_leaves_the_others(
    contact: Client, mill: Firm, demanded: Demanded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(unit_id: int, by: Actor) -> int:
        raise Conflict("\u6709\u4eba\u505c\u5de5\u3002", code="t")

    monkeypatch.setitem(forms._forms, "training", forms.Form("gate:firm", refuse))
    quiet = f"/day/{mill.unit.pk}/quiet/"
    answer = contact.post(quiet, {"evidence": ["training", "visitors"]}, follow=True).content.decode()
    assert DayMark.objects.count() == 1
    assert "\u6ca1\u6709\u7533\u62a5\uff1a\u6709\u4eba\u505c\u5de5\u3002" in answer
    assert list(Obligation.objects.filter(state="done").values_list("demand__evidence", flat=True)) == [
        "visitors"
    ]


def test_late_comes_first(contact: Client, mill: Firm, demanded: Demanded) -> None:
    demanded.append(rule("disinfection", cadence=Cadence(CadenceKind.SLOTS, times=(time(6),))))
    api.today(mill.unit.pk)
    Obligation.objects.filter(demand__evidence="training").update(state="late")
    text = page_of(contact, mill)
    assert text.index('data-evidence="training"') < text.index('data-evidence="visitors"')
    assert "today-late" in text


def test_what_a_former_day_went_without_leads_to_that_day(
    contact: Client, mill: Firm, demanded: Demanded
) -> None:
    demanded[:] = [rule("disinfection")]
    api.today(mill.unit.pk)
    found = Obligation.objects.get(demand__evidence="disinfection")
    page = f'href="/day/sanitation/{mill.unit.pk}/'
    assert f'{page}"' in page_of(contact, mill)
    day = timedelta(days=1)
    Obligation.objects.filter(pk=found.pk).update(
        day=found.day - day, t0=found.t0 - day, t1=found.t1 - day, due_at=found.due_at - day, state="late"
    )
    assert f'{page}?day={found.day - day}"' in page_of(contact, mill)


def test_the_fragment_answers_only_when_something_changed(
    contact: Client, mill: Firm, demanded: Demanded
) -> None:
    page_of(contact, mill)
    text = page_of(contact, mill)
    version = text.split("fragment/?v=")[1].split('"')[0]
    path = f"/day/{mill.unit.pk}/fragment/"
    assert contact.get(path, {"v": version}).status_code == 204
    contact.post(f"/day/{mill.unit.pk}/tap/", {"evidence": "visitors"})
    assert contact.get(path, {"v": version}).status_code == 200


@pytest.mark.parametrize("n", [1, 3])
def test_queries_do_not_grow(contact: Client, mill: Firm, demanded: Demanded, n: int) -> None:
    del demanded[n:]
    page_of(contact, mill)
    assert Obligation.objects.filter(unit=mill.unit).count() == n
    with CaptureQueriesContext(connection) as found:
        page_of(contact, mill)
    assert len(found) == QUERIES


def test_a_zero_report_nobody_asked_for_is_given_in_one_tap(
    contact: Client, mill: Firm, demanded: Demanded
) -> None:
    demanded.append(rule("zero_report"))
    page_of(contact, mill)
    assert contact.post(f"/day/{mill.unit.pk}/tap/", {"evidence": "zero_report"}).status_code == 302
    line = ZeroLine.objects.get()
    assert (line.unit_id, line.value, line.due.next_at) == (mill.unit.pk, 0, None)
    done = Obligation.objects.get(state="done")
    assert (done.ref_kind, done.ref_id) == ("zero_line", line.pk)
    assert contact.get(f"/day/{mill.unit.pk}/zero/").status_code == 302


def test_what_is_demanded_later_in_the_day_is_closed_by_what_the_register_holds(
    contact: Client, mill: Firm, demanded: Demanded
) -> None:
    tap = f"/day/{mill.unit.pk}/tap/"
    page_of(contact, mill)
    contact.post(tap, {"evidence": "visitors"})
    demanded.append(rule("visitors", key="t.more"))
    api.generate(api.business_now()[1], [mill.unit.pk], by=mill.contact)
    assert Obligation.objects.filter(demand__evidence="visitors").count() == 2
    assert not Obligation.objects.filter(demand__evidence="visitors", state="open").exists()
    assert DayMark.objects.count() == 1
    assert set(Obligation.objects.filter(state="done").values_list("ref_id", flat=True)) == {
        DayMark.objects.get().pk
    }


@pytest.mark.parametrize(("hours", "section"), [(4, "now"), (24, "now"), (48, "later")])
def test_what_is_to_be_confirmed_within_a_day_is_to_be_done_now(
    contact: Client, park: Park, mill: Firm, demanded: Demanded, hours: int, section: str
) -> None:
    event = Cadence(CadenceKind.EVENT, hours=hours)
    demanded[:] = [
        rule("notice_confirm", cadence=event),
        rule("training", cadence=Cadence(CadenceKind.EVERY, n=30)),
    ]
    page_of(contact, mill)
    order = orders.issue_order(
        zone=park.zone,
        to=orders.To.enterprise(mill.unit.pk),
        due_at=timezone.now() + timedelta(days=3),
        text="\u8bf7\u4f20\u8fbe\u901a\u77e5",
        by=park.root,
    )
    day = day_of(mill.unit)
    where = {line.evidence: part.key for part in day.sections for line in part.lines}
    assert where == {"notice_confirm": section, "training": "later"}
    assert (day.done, day.total) == (0, int(section == "now"))
    contact.post(reverse("orders:act", args=[order.pk, "receive"]))
    day = day_of(mill.unit)
    assert (day.done, day.total) == (int(section == "now"), int(section == "now"))
    assert [line.evidence for line in day.finished] == ["notice_confirm"]


def test_an_order_to_the_enterprise_waits_on_its_day(
    sign_in: SignIn, contact: Client, park: Park, mill: Firm, demanded: Demanded
) -> None:
    demanded[:] = [rule("notice_confirm", cadence=Cadence(CadenceKind.EVENT, hours=4))]
    way = f"/day/{mill.unit.pk}/notices/"
    assert way not in page_of(contact, mill)
    order = orders.issue_order(
        zone=park.zone,
        to=orders.To.enterprise(mill.unit.pk),
        due_at=timezone.now() + timedelta(days=1),
        text="\u8bf7\u4f20\u8fbe\u901a\u77e5",
        by=park.root,
    )
    assert way in page_of(contact, mill)
    led = contact.get(way)
    assert (led.status_code, led.headers["Location"]) == (302, reverse("orders:detail", args=[order.pk]))
    row = Obligation.objects.get(demand__evidence="notice_confirm")
    assert (row.unit_id, row.subject_id, row.state) == (mill.unit.pk, order.pk, "open")
    contact.post(reverse("orders:act", args=[order.pk, "receive"]))
    row.refresh_from_db()
    assert (row.state, row.ref_kind, row.ref_id) == ("done", "work_order", order.pk)
    stranger = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    assert stranger.get(way).status_code == 404
