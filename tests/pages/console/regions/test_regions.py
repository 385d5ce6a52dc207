"""The list of key regions: shown, filled, taken off; who may not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pingzhan.domain.returnees.models import Region
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

NAME = "\u4e91\u5cad\u5e02"


@pytest.fixture
def officer(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(Role.DUTY_OFFICER, path=world.zone.path)


def entry(**more: str) -> dict[str, str]:
    begin = timezone.localdate() - timedelta(days=5)
    return {"code": "370102", "name": NAME, "level": "high", "begin": f"{begin}", "source": "", **more}


def test_a_region_is_listed_and_taken_off(officer: Client) -> None:
    assert officer.post(reverse("regions:add"), entry()).status_code == 302
    page = officer.get(reverse("regions:index"), {"q": "3701", "on": f"{timezone.localdate()}"})
    assert NAME in page.content.decode()
    row = Region.objects.get()
    assert officer.post(reverse("regions:end", args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.end == timezone.localdate()
    again = officer.post(reverse("regions:end", args=[row.pk]), follow=True)
    assert "\u5df2\u7ecf" in again.content.decode()
    hidden = officer.get(reverse("regions:index"), {"on": f"{timezone.localdate()}"})
    assert NAME not in hidden.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "37"}, "code"),
        ({"code": "990102"}, "code"),
        ({"name": ""}, "name"),
        ({"begin": "x"}, "begin"),
    ],
)
def test_wrong_entries_are_refused_at_their_place(officer: Client, wrong: dict[str, str], field: str) -> None:
    answer = officer.post(reverse("regions:add"), entry(**wrong))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Region.objects.exists()


def test_overlapping_levels_are_refused(officer: Client) -> None:
    officer.post(reverse("regions:add"), entry())
    answer = officer.post(reverse("regions:add"), entry(level="low"))
    assert answer.status_code == 422
    assert "\u540c\u4e00\u65f6\u95f4" in answer.content.decode()


def test_a_contact_reads_and_does_not_change(world: SmallZone, sign_in: SignIn, officer: Client) -> None:
    officer.post(reverse("regions:add"), entry())
    contact = sign_in(Role.COMPANY, path=world.firms[0].path)
    assert NAME in contact.get(reverse("regions:index")).content.decode()
    assert contact.post(reverse("regions:add"), entry(code="370103")).status_code == 403
    assert contact.post(reverse("regions:end", args=[Region.objects.get().pk])).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_queries(
    officer: Client, world: SmallZone, rows: int, django_assert_num_queries: object
) -> None:
    for n in range(rows):
        officer.post(reverse("regions:add"), entry(code=f"37010{n}"))
    officer.get(reverse("regions:index"))
    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        officer.get(reverse("regions:index"))


QUERIES = 10
