"""生产经营: who gets in, one row given and corrected, wrong figures named, who has not given them, what pages cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.models import Figures
from pingzhan.foundation import clock
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.domain.people.crowd import Firm, Park
from tests.domain.premises.samples import figures

SignIn = Callable[..., Client]
DAY = timedelta(days=1)
FIRM_QUERIES, ZONE_QUERIES = 12, 11


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    return sign_in(Role.COMPANY, path=mill.unit.path)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def row(**changes: str) -> dict[str, str]:
    today = clock.today().isoformat()
    return {"period": "day", "day": today, "output": "12.5", "at_work": "80", **changes}


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.VIEW_LEDGERS)])
def test_roles_that_are_refused(sign_in: SignIn, park: Park, mill: Firm, role: Role) -> None:
    client = sign_in(role, path=park.zone.path)
    for page in ("", f"{mill.unit.pk}/"):
        assert client.get(f"/day/production/{page}").status_code == 403, page
    assert client.post(f"/day/production/{mill.unit.pk}/", row()).status_code == 403


def test_another_enterprise_and_who_only_reads(sign_in: SignIn, park: Park, mill: Firm) -> None:
    address = reverse("production:firm", args=[mill.unit.pk])
    other = sign_in(Role.COMPANY, path=park.firms[1].unit.path)
    official = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    assert other.get(address).status_code == 404
    assert other.post(address, row()).status_code == 404
    assert official.get(address).status_code == 200
    assert official.post(address, row()).status_code == 403
    assert not Figures.objects.exists()


def test_figures_are_given_and_corrected(contact: Client, mill: Firm) -> None:
    address = reverse("production:firm", args=[mill.unit.pk])
    assert contact.post(address, row(difficulty="labour", words="\u7f3a\u4eba")).status_code == 302
    assert "12.50" in text(contact.get(address))
    assert contact.post(address, row(output="13", orders="300", power="5200")).status_code == 302
    kept = Figures.objects.get()
    assert (kept.output, kept.at_work, kept.difficulty) == (Decimal(13), 80, "")
    yesterday = clock.today() - DAY
    page = text(contact.get(f"{address}?day={yesterday}"))
    assert f'value="{yesterday}"' in page
    assert 'value="13.00"' not in page


def test_wrong_figures_are_named_and_kept(contact: Client, mill: Firm) -> None:
    address = reverse("production:firm", args=[mill.unit.pk])
    for changes, message in (
        ({"output": ""}, "\u8bf7\u586b\u5199\u6570\u5b57\uff0c\u6ca1\u6709\u7684\u586b 0\u3002"),
        ({"output": "x"}, "\u5e94\u4e3a\u6570\u5b57"),
        ({"output": "-1"}, "\u6570\u5b57\u4e0d\u80fd\u5c0f\u4e8e 0\u3002"),
        ({"at_work": "1.5"}, "\u4eba\u6570\u5e94\u4e3a\u6574\u6570\u3002"),
        ({"day": "2099-01-01"}, "\u65e5\u671f\u4e0d\u80fd\u665a\u4e8e\u4eca\u5929\u3002"),
        ({"words": "x"}, "\u8bf7\u9009\u62e9\u56f0\u96be\u7c7b\u522b\u3002"),
        ({"difficulty": "funds"}, "\u8bf7\u5199\u660e\u56f0\u96be\u548c\u9700\u6c42\u3002"),
    ):
        answer = contact.post(address, row(**changes))
        assert answer.status_code == 422, changes
        assert message in text(answer), changes
    assert not Figures.objects.exists()


def test_who_has_not_given_them(sign_in: SignIn, park: Park, mill: Firm) -> None:
    premises.save_figures(enterprise=mill.unit, day=clock.today(), data=figures(), by=mill.contact)
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    page = text(duty.get("/day/production/?only=lacking"))
    assert park.firms[1].unit.name in page
    assert mill.unit.name not in page
    assert mill.unit.name in text(duty.get(f"/day/production/?only=lacking&day={clock.today() - DAY}"))


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(contact: Client, sign_in: SignIn, park: Park, mill: Firm, rows: int) -> None:
    for n in range(rows):
        day = clock.today() - n * DAY
        premises.save_figures(enterprise=mill.unit, day=day, data=figures(), by=mill.contact)
    duty = sign_in(Role.DUTY_OFFICER, path=park.zone.path)
    found = []
    for client, address in ((contact, f"/day/production/{mill.unit.pk}/"), (duty, "/day/production/")):
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        found.append(len(seen))
    assert found == [FIRM_QUERIES, ZONE_QUERIES]
