"""What nobody types: years at the ends of the calendar, numbers of a thousand digits. Never an error of ours."""

from __future__ import annotations

import pytest
from django.test import Client

from pingzhan.domain.organisation.models import Absence
from pingzhan.domain.roster.models import Roster, Shift
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

LONG = "9" * 5000
HUGE = "9" * 25


@pytest.fixture
def desk(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(Role.DUTY_OFFICER, Role.ORGANISER, Role.LEADER)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-01-01"])
@pytest.mark.parametrize(
    "address",
    [
        "/roster/?on=",
        "/roster/?view=week&on=",
        "/roster/sheet/?on=",
        "/roster/absences/?on=",
        "/roster/new/?first=",
        "/reports/zero/?on=",
    ],
)
def test_the_ends_of_the_calendar(desk: Client, address: str, day: str) -> None:
    assert desk.get(address + day).status_code == 200


@pytest.mark.parametrize("number", [LONG, HUGE])
@pytest.mark.parametrize(
    "address",
    [
        "/roster/?zone=",
        "/reports/?zone=",
        "/reports/zero/?zone=",
        "/frontline/?zone=",
        "/frontline/?area=",
        "/orders/?batch=",
        "/export/roster.csv?zone=",
    ],
)
def test_numbers_longer_than_any(desk: Client, address: str, number: str) -> None:
    assert desk.get(address + number).status_code in (200, 400, 404)


@pytest.mark.parametrize(
    ("address", "times"),
    [
        ("/roster/new/", {"first": "9999-12-31", "last": "9999-12-31"}),
        ("/roster/new/", {"first": "9998-12-20", "last": "9998-12-30"}),
        ("/roster/new/", {"first": "0001-01-01", "last": "0001-01-03"}),
        ("/roster/add/", {"t0": "0001-01-01T00:00", "t1": "0001-01-01T03:00"}),
        ("/roster/add/", {"t0": "9999-12-31T23:00", "t1": "9999-12-31T23:59"}),
        ("/roster/add/", {"t0": "2026-01-01T00:00", "t1": "2036-01-01T00:00"}),
        ("/roster/absences/", {"first": "9999-12-31", "last": "9999-12-31"}),
        ("/roster/absences/", {"first": "2026-12-31", "last": "9999-12-31"}),
        ("/roster/absences/", {"first": "0001-01-01", "last": "0001-01-01"}),
        ("/roster/holidays/", {"day": "9999-12-31"}),
    ],
)
def test_a_wrong_year_is_said_and_what_was_typed_stays(
    world: SmallZone, desk: Client, sign_in: SignIn, address: str, times: dict[str, str]
) -> None:
    client = sign_in(Role.SYSTEM_ADMIN) if "holidays" in address else desk
    data = {
        "seat": "0",
        "kind": "off" if "holidays" in address else "leave",
        "person": str(world.people["葛明达"].pk),
        "reason": "补班",
        "name": "元旦",
        "source": "通知",
        "basis": "假条",
        **times,
    }
    answer = client.post(address, data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请检查年份" in text or "最长 7 天" in text
    assert all(f'value="{value}"' in text for value in times.values())
    assert not Roster.objects.exists()
    assert not Shift.objects.exists()
    assert not Absence.objects.exists()
    for page in ("/roster/", "/roster/absences/", "/duty/"):
        assert desk.get(page).status_code == 200


@pytest.mark.parametrize("held_at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_meeting_of_another_age_is_not_recorded(desk: Client, held_at: str) -> None:
    """One such record would else break the list of meetings for everybody."""
    answer = desk.post("/orders/meetings/new/", {"title": "研判会", "held_at": held_at, "points": "形势平稳"})
    assert answer.status_code == 422
    assert "请检查年份" in answer.content.decode()
    assert "形势平稳" in answer.content.decode()
    assert desk.get("/orders/meetings/").status_code == 200
