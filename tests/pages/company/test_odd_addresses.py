"""Addresses that nobody types: NUL, the ends of the calendar, endless numbers. No page and no file breaks."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.exports.listing import titles
from tests.domain.people.crowd import Firm, Park
from tests.pages.company.conftest import SignIn

PAGES = (
    "gate/{firm}/",
    "gate/{firm}/book/",
    "gate/{firm}/appointments/",
    "gate/{firm}/closing/",
    "gate/{firm}/meetings/",
    "goods/",
    "goods/{firm}/",
    "plans/",
    "plans/{firm}/",
    "training/",
    "training/{firm}/",
    "duty/",
    "duty/{firm}/",
    "duty/{firm}/drills/",
    "duty/{firm}/week/",
    "incidents/",
    "incidents/{firm}/",
    "production/",
    "production/{firm}/",
    "sanitation/",
    "sanitation/{firm}/",
    "sanitation/{firm}/book/",
    "canteen/",
    "canteen/{firm}/",
    "canteen/{firm}/hygiene/",
    "supplies/",
    "supplies/{firm}/",
    "supplies/{firm}/history/",
    "supplies/{firm}/move/received/",
    "supplies/{firm}/purchases/",
)
KEYS = (
    "q",
    "kind",
    "state",
    "day",
    "week",
    "month",
    "team",
    "page",
    "missing",
    "period",
    "first",
    "last",
    "article",
    "light",
    "unit",
    "site",
    "code",
    "step",
    "whom",
    "problems",
    "t0",
    "t1",
)
LISTS = ("gate", "premises", "canteen", "sanitation", "supplies")
WORDS = (
    "\x00",
    "9999-12-31",
    "0001-01-01",
    "9" * 30,
    "9" * 5000,
    "-1",
    "\uff11",
    "\u0663",
    "\U0001f600" * 100,
)


@pytest.fixture
def contact(sign_in: SignIn, mill: Firm) -> Client:
    Enterprise.objects.create(unit=mill.unit, credit_code="91371621MA3C00001A", industry="14", canteen=True)
    return sign_in(Role.COMPANY, path=mill.unit.path)


@pytest.mark.parametrize("page", PAGES)
def test_no_address_breaks_a_page_of_the_enterprise(
    contact: Client, mill: Firm, page: str, sign_in: SignIn, park: Park
) -> None:
    desk = sign_in(Role.DUTY_OFFICER) if "{firm}" not in page else contact
    address = "/day/" + page.format(firm=mill.unit.pk)
    answers = {word[:12]: desk.get(address, dict.fromkeys(KEYS, word)).status_code for word in WORDS}
    assert answers.pop("\x00") == 400
    assert set(answers.values()) <= {200, 302}


@pytest.mark.parametrize("word", [word for word in WORDS if word != "\x00"])
def test_no_address_breaks_the_file_of_a_list(sign_in: SignIn, park: Park, word: str) -> None:
    desk = sign_in(Role.DUTY_OFFICER)
    keys = [key for key in titles() if key.startswith(LISTS)]
    assert len(keys) > 9
    for key in keys:
        answer = desk.get(reverse("exports:begin", args=[key]), dict.fromkeys(KEYS, word))
        assert answer.status_code == 200, key


@pytest.mark.parametrize("key", ["first", "last"])
def test_the_ends_of_the_calendar_narrow_the_book_of_cleaning(contact: Client, mill: Firm, key: str) -> None:
    for day in ("9999-12-31", "0001-01-01"):
        address = reverse("sanitation:book", args=[mill.unit.pk])
        assert contact.get(address, {key: day}).status_code == 200
