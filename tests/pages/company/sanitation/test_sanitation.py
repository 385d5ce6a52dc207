"""消杀通风 in pages: who may, what a round and a table take, what is refused, and what the lists cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.measures.api import Slots
from pingzhan.domain.obligations.api import business_clock, business_now, form_of, viewer_of
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import AreaKind
from pingzhan.domain.sanitation.models import Area, Entry, Record
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.domain.people.crowd import Firm, Park
from tests.domain.sanitation.conftest import DAWN, Asked, area, asked, measure, round_data
from tests.factories.pictures import png

SignIn = Callable[..., Client]
__all__ = ["asked"]


@pytest.fixture(autouse=True)
def _all_day(asked: Asked) -> None:
    asked(measure("disinfection", Slots((DAWN,))), measure("ventilation", Slots((DAWN,))))


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def local_now() -> str:
    return f"{timezone.localtime():%Y-%m-%dT%H:%M}"


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.png", png(), "image/png")


def pages(firm: Firm, made: Area, row: Record) -> list[str]:
    """Every address that shows something."""
    return [
        reverse("sanitation:firm", args=[firm.unit.pk]),
        reverse("sanitation:book", args=[firm.unit.pk]),
        reverse("sanitation:areas", args=[firm.unit.pk]),
        reverse("sanitation:table", args=[firm.unit.pk]),
        reverse("sanitation:round", args=[firm.unit.pk, "key-0600"]),
        reverse("sanitation:area_new", args=[firm.unit.pk]),
        reverse("sanitation:area", args=[made.pk]),
        reverse("sanitation:correct", args=[row.pk]),
    ]


@pytest.fixture
def row(mill: Firm) -> Record:
    made = area(mill, "A")
    api.enter_round(enterprise=mill.unit, data=round_data(made), by=mill.contact)
    return Record.objects.get()


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.VIEW_LEDGERS)])
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, row: Record, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    for address in pages(mill, row.area, row):
        assert client.get(address).status_code in (403, 404), address
    assert client.get("/day/sanitation/").status_code == 403


def test_readers_read_and_write_nothing(sign_in: SignIn, park: Park, mill: Firm, row: Record) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    for address in pages(mill, row.area, row)[:3]:
        assert duty.get(address).status_code == 200
    posts = [
        (reverse("sanitation:round", args=[mill.unit.pk, "key-0600"]), {"whole": "1"}),
        (reverse("sanitation:planned", args=[mill.unit.pk]), {}),
        (reverse("sanitation:table", args=[mill.unit.pk]), {f"a{row.area_id}-at": "06:00"}),
        (reverse("sanitation:propose", args=[mill.unit.pk]), {}),
        (reverse("sanitation:retire", args=[row.area_id]), {}),
        (reverse("sanitation:void", args=[row.pk]), {"void_reason": "x"}),
        (reverse("sanitation:correct", args=[row.pk]), {"at": local_now(), "reason": "x"}),
        (reverse("sanitation:area_new", args=[mill.unit.pk]), {"name": "x"}),
    ]
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    guard = sign_in(Role.GATE_GUARD, path=mill.unit.path)
    for address, data in posts:
        assert duty.post(address, data).status_code == 403, address
        assert guard.post(address, data).status_code == 403, address
        assert other.post(address, data).status_code == 404, address
    for address in pages(mill, row.area, row):
        assert other.get(address).status_code == 404, address
    assert (Record.objects.count(), Area.objects.count(), Entry.objects.count()) == (1, 1, 1)
    assert Record.objects.get().voided_at is None


def test_an_enterprise_begins_with_one_tap(contact: Client, mill: Firm) -> None:
    firm = reverse("sanitation:firm", args=[mill.unit.pk])
    assert contact.get("/day/sanitation/").headers["Location"] == firm
    assert reverse("sanitation:propose", args=[mill.unit.pk]) in text(contact.get(firm))
    contact.post(reverse("sanitation:propose", args=[mill.unit.pk]))
    assert Area.objects.count() == 5
    page = text(contact.get(firm))
    assert reverse("sanitation:round", args=[mill.unit.pk, "key-0600"]) in page


def test_a_round_in_one_tap_or_with_exceptions(contact: Client, mill: Firm) -> None:
    first, second = area(mill, "A"), area(mill, "B")
    address = reverse("sanitation:round", args=[mill.unit.pk, "key-0600"])
    assert text(contact.get(address)).count("checked") == 2
    given = {"at": local_now(), "areas": [str(first.pk)], "agent": "chlorine", "strength": "10", "note": ""}
    refused = contact.post(address, given)
    assert refused.status_code == 422
    assert "\u542b\u6c2f\u6d88\u6bd2\u5242\u7684\u6d53\u5ea6\u5e94\u5728 250 \u5230 10000 mg/L" in text(
        refused
    )
    assert contact.post(address, {**given, "strength": "abc"}).status_code == 422
    assert contact.post(address, {**given, "areas": []}).status_code == 422
    assert contact.post(address, {**given, "strength": "500", "photos": photo()}).status_code == 302
    assert list(Record.objects.values_list("area__name", flat=True)) == ["A"]
    book = text(contact.get(reverse("sanitation:book", args=[mill.unit.pk])))
    assert "/photos/" in book
    assert contact.post(address, {"whole": "1"}).status_code == 302
    assert Record.objects.filter(area=second).count() == 1
    again = contact.post(address, {"whole": "1"}, follow=True)
    assert "\u5df2\u7ecf\u5168\u90e8\u767b\u8bb0" in text(again)
    assert Record.objects.count() == 2
    assert contact.get(reverse("sanitation:round", args=[mill.unit.pk, "key-9999"])).status_code == 404


def test_a_table_takes_the_rows_with_a_time(contact: Client, mill: Firm) -> None:
    first, second = area(mill, "A"), area(mill, "B", is_key=False)
    yesterday = business_now()[1] - timedelta(days=1)
    address = reverse("sanitation:table", args=[mill.unit.pk]) + f"?day={yesterday}"
    rows = {
        f"a{first.pk}-at": "08:30", f"a{first.pk}-agent": "chlorine", f"a{first.pk}-strength": "1",
        f"a{second.pk}-at": "", f"a{second.pk}-agent": "chlorine", f"a{second.pk}-strength": "",
    }  # fmt: skip
    refused = contact.post(address, rows)
    assert refused.status_code == 422
    assert f"id_a{first.pk}-strength_error" in text(refused)
    assert contact.post(address, {**rows, f"a{first.pk}-at": "25:00"}).status_code == 422
    assert contact.post(address, {**rows, f"a{first.pk}-at": ""}).status_code == 422
    assert contact.post(address, {**rows, f"a{first.pk}-strength": "500"}).status_code == 302
    made = Record.objects.get()
    assert (made.area, made.day, made.round) == (first, yesterday, "key-0600")
    air = {f"a{second.pk}-at": "09:00", f"a{second.pk}-minutes": "0"}
    address += "&kind=ventilation"
    assert contact.post(address, air).status_code == 422
    assert contact.post(address, {**air, f"a{second.pk}-minutes": "45"}).status_code == 302
    assert Record.objects.filter(kind="ventilation", minutes=45).count() == 1


def test_airing_as_planned_from_the_page(
    contact: Client, mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    area(mill, "A")
    address = reverse("sanitation:planned", args=[mill.unit.pk])
    dawn = business_clock().begins(business_now()[1])
    monkeypatch.setattr(clock, "now", lambda: dawn + timedelta(minutes=5))
    early = contact.post(address, follow=True)
    assert "\u8ba1\u5212\u7684\u901a\u98ce\u8fd8\u6ca1\u6709\u7ed3\u675f" in text(early)
    monkeypatch.setattr(clock, "now", lambda: dawn + timedelta(minutes=45))
    contact.post(address)
    contact.post(address)
    assert list(Record.objects.values_list("kind", "minutes")) == [("ventilation", 30)]


def test_a_record_is_corrected_and_voided_with_a_reason(contact: Client, mill: Firm, row: Record) -> None:
    address = reverse("sanitation:correct", args=[row.pk])
    at = f"{timezone.localtime(row.at):%Y-%m-%dT%H:%M}"
    given = {"at": at, "agent": "chlorine", "strength": "1000", "reason": ""}
    assert contact.post(address, given).status_code == 422
    assert contact.post(address, {**given, "reason": "x", "strength": "9"}).status_code == 422
    assert contact.post(address, {**given, "reason": "x"}).status_code == 302
    new = Record.objects.get(replaces=row)
    assert new.strength == 1000
    void = reverse("sanitation:void", args=[new.pk])
    assert contact.post(void, {"void_reason": ""}).status_code == 422
    assert contact.post(void, {"void_reason": "y"}).status_code == 302
    page = text(contact.get(reverse("sanitation:book", args=[mill.unit.pk])))
    assert "\u5df2\u66f4\u6b63" in page
    assert "\u5df2\u4f5c\u5e9f" in page


def test_an_area_is_registered_changed_and_retired(contact: Client, mill: Firm) -> None:
    address = reverse("sanitation:area_new", args=[mill.unit.pk])
    given = {"name": "B", "kind": "lift", "is_key": "on", "own_times": "8\u70b9", "agent": "alcohol"}
    refused = contact.post(address, given)
    assert refused.status_code == 422
    assert "\u4e0d\u662f\u65f6\u523b" in text(refused)
    assert contact.post(address, {**given, "own_times": "10:00\u300115:30"}).status_code == 302
    made = Area.objects.get()
    assert (AreaKind(made.kind), made.strength, len(made.own_times), made.airs) == (
        AreaKind.LIFT,
        Decimal(75),
        2,
        False,
    )
    again = contact.post(address, {**given, "own_times": ""})
    assert again.status_code == 422
    assert "\u540c\u540d" in text(again)
    edit = reverse("sanitation:area", args=[made.pk])
    assert contact.post(edit, {**given, "own_times": "", "name": "Zeta9"}).status_code == 302
    contact.post(reverse("sanitation:retire", args=[made.pk]), follow=True)
    made.refresh_from_db()
    assert made.name == "Zeta9"
    assert made.retired_at is not None
    assert "Zeta9" not in text(contact.get(reverse("sanitation:areas", args=[mill.unit.pk])))


def test_the_day_knows_where_its_duties_are_met(mill: Firm, row: Record) -> None:
    clean, air = form_of("disinfection"), form_of("ventilation")
    assert clean is not None
    assert air is not None
    assert clean.view_name == air.view_name == "sanitation:firm"
    assert clean.one_tap is not None
    assert air.one_tap is not None
    viewer = viewer_of("sanitation_entry")
    assert viewer is not None
    assert str(row.day) in viewer(row.entry_id)


def test_the_zone_sees_who_has_not(sign_in: SignIn, park: Park, mill: Firm, row: Record) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(duty.get("/day/sanitation/"))
    assert mill.unit.name in page
    lacking = text(duty.get("/day/sanitation/?only=lacking"))
    assert park.firms[1].unit.name in lacking
    by_code = text(duty.get(f"/day/sanitation/?q={mill.unit.code.lower()}"))
    assert mill.unit.name in by_code
    assert park.firms[1].unit.name not in by_code
    assert mill.unit.name not in text(duty.get("/day/sanitation/?q=zzz"))


@pytest.mark.parametrize(("page", "queries"), [("firm", 12), ("book", 11), ("areas", 8), ("table", 11)])
def test_queries_do_not_grow(contact: Client, mill: Firm, page: str, queries: int) -> None:
    address = reverse(f"sanitation:{page}", args=[mill.unit.pk])
    counts = []
    for names in ("A", "BC"):
        for name in names:
            made = area(mill, name)
            api.enter_round(enterprise=mill.unit, data=round_data(made), by=mill.contact)
        contact.get(address)
        with CaptureQueriesContext(connection) as found:
            contact.get(address)
        counts.append(len(found))
    assert counts == [queries, queries]


def test_the_zone_costs_the_same_for_one_and_two_enterprises(sign_in: SignIn, park: Park) -> None:
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    counts = []
    for firm in park.firms:
        area(firm, "A")
        duty.get("/day/sanitation/")
        with CaptureQueriesContext(connection) as found:
            duty.get("/day/sanitation/")
        counts.append(len(found))
    assert counts == [12, 12]
