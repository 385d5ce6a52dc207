"""Pages of compliance and of the group boards: who sees what, what stands in them, how many queries they take."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.frontline.models import SiteVisit
from pingzhan.domain.obligations import api, program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import Duty, Obligation, UnitDay, Waiver
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.domain.obligations.conftest import rule
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn

READERS = roles_with(Permission.VIEW_LEDGERS)
SEEN = ("compliance:index", "compliance:list", "compliance:waivers", "board:index")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def bring(names: list[str]) -> None:
    """Put these measures in force everywhere: one slot a day each."""
    found = Program(
        None,
        tuple(
            rule(
                name, Cadence(CadenceKind.SLOTS, times=(time(6),)), evidence="training", group="verification"
            )
            for name in names
        ),
    )
    program.register_source(lambda units, at: dict.fromkeys(units, found))


@pytest.fixture
def daily(world: SmallZone) -> Iterator[SmallZone]:
    """The zone with one measure in force and today's obligations."""
    sources = list(program._sources)
    for n, firm in enumerate(world.firms):
        Enterprise.objects.create(unit=firm, credit_code=f"91110000600037{n:02d}1L", industry="32")
    day = api.business_now()[1]
    before = timezone.now() - timedelta(days=9)
    UnitDay.objects.bulk_create(
        UnitDay(unit=firm, day=day - timedelta(days=1), since=before) for firm in world.firms
    )
    bring(["temperature"])
    api.refresh(by=world.root)
    yield world
    program._sources[:] = sources


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_the_pages(daily: SmallZone, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    row = Obligation.objects.earliest("id")
    for address in (
        *(reverse(name) for name in SEEN),
        reverse("compliance:unit", args=[row.unit_id]),
        reverse("compliance:detail", args=[row.pk]),
    ):
        assert client.get(address).status_code == (200 if role in READERS else 403), address


def test_another_enterprise_is_not_there(daily: SmallZone, sign_in: SignIn) -> None:
    own, other = daily.firms
    client = sign_in(Role.COMPANY, path=own.path)
    row = Obligation.objects.get(unit=other)
    assert client.get(reverse("compliance:unit", args=[other.pk])).status_code == 404
    assert client.get(reverse("compliance:detail", args=[row.pk])).status_code == 404
    assert client.get(reverse("compliance:list"), {"scope": other.pk}).status_code == 404
    shown = text(client.get(reverse("compliance:list")))
    assert other.name not in shown
    assert text(client.get(reverse("compliance:unit", args=[own.pk]))).count(own.name) > 0


def test_who_may_not_waive(daily: SmallZone, sign_in: SignIn) -> None:
    row = Obligation.objects.earliest("id")
    for role in Role:
        if role in roles_with(Permission.WAIVE_OBLIGATIONS):
            continue
        client = sign_in(role)
        for answer in (
            client.post(reverse("compliance:detail", args=[row.pk]), {"reason": "x"}),
            client.get(reverse("compliance:waive")),
            client.post(reverse("compliance:waive"), {}),
            client.post(reverse("compliance:revoke", args=[1]), {"reason": "x"}),
        ):
            assert answer.status_code in (403, 404), role
    assert not Waiver.objects.exists()


def test_one_is_waived_on_its_page_and_without_a_reason_not(daily: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    row = Obligation.objects.earliest("id")
    address = reverse("compliance:detail", args=[row.pk])
    answer = client.post(address, {"reason": ""})
    assert answer.status_code == 422
    assert "请写明免除的理由\u3002" in text(answer)
    assert client.post(address, {"reason": "停产检修"}).status_code == 302
    assert "停产检修" in text(client.get(address))
    assert "停产检修" in text(client.get(reverse("compliance:list"), {"state": "waived"}))


def test_a_measure_is_waived_for_several_and_taken_back(daily: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    day = api.business_now()[1]
    posted = {
        "duty": Duty.objects.get().pk,
        "units": [one.pk for one in daily.firms],
        "first": day.isoformat(),
        "last": (day - timedelta(days=1)).isoformat(),
        "reason": "停产",
    }
    answer = client.post(reverse("compliance:waive"), posted)
    assert answer.status_code == 422
    assert "免除的期限应为 1 到 92 天\u3002" in text(answer)
    answer = client.post(reverse("compliance:waive"), posted | {"last": day.isoformat()}, follow=True)
    assert "已对 2 家单位免除" in text(answer)
    one = Waiver.objects.earliest("id")
    answer = client.post(reverse("compliance:revoke", args=[one.pk]), {"reason": "复产"}, follow=True)
    assert "已撤回" in text(answer)


def test_what_is_late_is_shown_as_late_before_any_sweep(daily: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    past = timezone.now() - timedelta(minutes=5)
    Obligation.objects.update(t0=past - timedelta(hours=1), due_at=past)
    shown = text(client.get(reverse("compliance:list"), headers=HTMX))
    assert shown.count("status-bad") == 2
    assert "status-bad" in text(client.get(reverse("board:index")))
    api.sweep(by=daily.root)
    shown = text(client.get(reverse("compliance:list"), {"state": "late"}, headers=HTMX))
    assert shown.count("status-bad") == 2
    assert "<html" not in shown
    assert "0%" in text(client.get(reverse("compliance:index"), {"by": "unit"}))
    assert "status-bad" in text(client.get(reverse("board:index")))


def test_the_list_opens_with_what_is_left_to_do(daily: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    done, left = Obligation.objects.order_by("id")
    api.waive(done.pk, reason="停产", by=daily.root)
    links = {one: reverse("compliance:detail", args=[one.pk]) for one in (done, left)}

    def shown(**asked: str) -> list[bool]:
        page = text(client.get(reverse("compliance:list"), asked, headers=HTMX))
        return [links[one] in page for one in (done, left)]

    assert shown() == [False, True]
    assert shown(state="waiting") == [False, True]
    assert shown(state="") == [True, True]
    assert shown(state="waived") == [True, False]
    page = text(client.get(reverse("compliance:index"), {"by": "measure"}))
    drill = next(part.split('"')[0] for part in page.split('href="') if "duty=" in part)
    assert links[done] in text(client.get(drill.replace("&amp;", "&")))


def test_a_period_names_both_its_days(daily: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    row = Obligation.objects.earliest("id")
    begin = timezone.localtime().replace(hour=6, minute=0, second=0, microsecond=0)
    for hours, words in ((24, "{a:%m-%d} 06:00 — {b:%m-%d} 06:00"), (2, "{a:%m-%d} 06:00 — 08:00")):
        end = begin + timedelta(hours=hours)
        Obligation.objects.filter(pk=row.pk).update(t0=begin, t1=end, due_at=end)
        page = text(client.get(reverse("compliance:detail", args=[row.pk])))
        assert words.format(a=begin, b=end) in page


def test_an_enterprise_says_when_it_was_visited_last_and_leads_there(
    daily: SmallZone, sign_in: SignIn
) -> None:
    firm = daily.firms[0]
    client = sign_in(Role.DUTY_OFFICER)
    address, there = reverse("compliance:unit", args=[firm.pk]), reverse("frontline:visit", args=[firm.pk])
    nobody = "\u8fd8\u6ca1\u6709\u8d70\u8bbf\u8bb0\u5f55"
    before = text(client.get(address))
    assert there in before
    assert nobody in before
    SiteVisit.objects.create(
        unit=firm, rank=0, person=Person.objects.create(name="V9", sort_key="v", home_unit=daily.zone),
        day=api.business_now()[1], visited_at=timezone.now() - timedelta(minutes=5), seen="x", by_name="V9",
    )  # fmt: skip
    after = text(client.get(address))
    assert "V9" in after
    assert nobody not in after
    assert client.get(there).status_code == 200
    assert there not in text(client.get(reverse("compliance:unit", args=[daily.zone.pk])))


def test_pages_need_as_many_queries_for_three_as_for_one(daily: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    row = Obligation.objects.earliest("id")
    api.waive(row.pk, reason="x", by=daily.root)
    wanted = {"compliance:index": 12, "compliance:list": 10, "compliance:waivers": 9, "board:index": 14}
    assert {name: _count(client, name) for name in wanted} == wanted
    bring(["temperature", "disinfection", "ventilation"])
    UnitDay.objects.update(day=api.business_now()[1] - timedelta(days=1))
    api.refresh(by=daily.root)
    for one in Obligation.objects.filter(state="open")[:2]:
        api.waive(one.pk, reason="x", by=daily.root)
    assert {name: _count(client, name) for name in wanted} == wanted


def _count(client: Client, name: str) -> int:
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse(name)).status_code == 200
    return len(seen)


def rows_of(answer: Any) -> list[dict[str, str]]:
    head, *rows, _note = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_list_goes_out_with_its_query_and_its_rights(daily: SmallZone, sign_in: SignIn) -> None:
    client, firm = sign_in(Role.DUTY_OFFICER), daily.firms[0]
    Obligation.objects.filter(unit=daily.firms[1]).update(
        state="done", closed_at=timezone.now(), done_at=timezone.now()
    )
    assert 'href="/export/compliance.obligations/' in text(client.get(reverse("compliance:list")))
    todo = rows_of(client.get("/export/compliance.obligations.csv"))
    assert {row["单位"] for row in todo} == {firm.name}
    assert {row["事项"] for row in todo} == {"temperature"}
    every = rows_of(client.get("/export/compliance.obligations.csv?state="))
    assert {row["单位"] for row in every} >= {one.name for one in daily.firms}
    done = rows_of(client.get(f"/export/compliance.obligations.csv?state=done&scope={daily.zone.pk}"))
    assert {row["单位"] for row in done} == {daily.firms[1].name}
    page = text(client.get("/export/compliance.obligations/?state=done"))
    assert f"{daily.zone.name}\uff0c已完成" in page
    elsewhere = sign_in(Role.COMPANY, path=daily.firms[1].path)
    assert rows_of(elsewhere.get("/export/compliance.obligations.csv")) == []
    assert elsewhere.get(f"/export/compliance.obligations.csv?scope={firm.pk}").status_code == 404


def test_waivers_go_out(daily: SmallZone, sign_in: SignIn) -> None:
    row = Obligation.objects.filter(unit=daily.firms[0]).earliest("id")
    api.waive(row.pk, reason="停产检修", by=daily.root)
    client = sign_in(Role.LEADER)
    assert 'href="/export/compliance.waivers/' in text(client.get(reverse("compliance:waivers")))
    (line,) = rows_of(client.get("/export/compliance.waivers.csv"))
    assert (line["措施"], line["单位"], line["理由"]) == ("temperature", daily.firms[0].name, "停产检修")
    assert (
        rows_of(sign_in(Role.COMPANY, path=daily.firms[1].path).get("/export/compliance.waivers.csv")) == []
    )


@pytest.mark.parametrize("role", sorted(set(Role) - set(READERS)))
def test_no_file_without_the_page(daily: SmallZone, sign_in: SignIn, role: Role) -> None:
    for key in ("obligations", "waivers"):
        assert sign_in(role).get(f"/export/compliance.{key}.csv").status_code == 404
