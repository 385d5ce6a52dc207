"""Appointments by spreadsheet: many are invited at once; what went out comes in again; wrong cells; who may."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pingzhan.domain.gate import api, personal
from pingzhan.domain.gate.enums import AppointmentState
from pingzhan.domain.gate.models import Appointment
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import NotFound
from tests.domain.people.crowd import Firm, Park
from tests.domain.premises.sheets import again, out, places, sent, told
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import store

KEY = "gate.appointments"
DAY = timedelta(days=1)
NAME, HOST, PHONE = "\u8c37\u4e00\u9e23", "\u8c08\u4e91\u8d77", "13900001111"


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def row(**cells: Any) -> list[Any]:
    values = {
        "name": NAME,
        "phone": PHONE,
        "host": HOST,
        "company": "",
        "reason": "",
        "persons": "",
        "plate": "",
        "day": day(1),
        "t0": "08:30",
        "last_day": "",
        "t1": "17:30",
    }
    return list({**values, **cells}.values())


def day(n: int) -> str:
    return str((clock.day_of(clock.now()) + n * DAY).isoformat())


def test_in_and_out_again(mill: Firm, forge: Firm, clerk: Actor, guard: Actor) -> None:
    tomorrow = timezone.make_aware(datetime.combine(clock.day_of(clock.now()) + DAY, time(9)))
    one = api.Invitation(NAME, HOST, tomorrow, tomorrow + 2 * DAY, phone=PHONE, company="A\uff0cB", persons=3)
    for firm in (mill, forge):
        api.invite(enterprise=firm.unit, invitation=one, by=firm.contact)
    job = sent(
        clerk,
        KEY,
        [
            row(),
            row(
                phone="", reason="\u5b89\u88c5\u7ef4\u4fee", persons=20, plate="\u9c81M12345", last_day=day(3)
            ),
        ],
    )
    assert told(job) == (2, 0, 0, 0)
    job = store(clerk, job)
    assert (job.stored_new, job.refused) == (2, 0)
    made = Appointment.objects.filter(enterprise=mill.unit)
    assert set(made.values_list("state", flat=True)) == {AppointmentState.APPROVED}
    assert {one.name for one in personal.opened(made).values()} == {NAME}
    masked, whole = out(clerk, KEY), out(clerk, KEY, whole=True)
    assert len(masked) == 3
    assert {line[0] for line in masked} == {"\u8c37**"}
    assert not set(made.values_list("code", flat=True)) & {str(cell) for line in whole for cell in line}
    assert again(clerk, KEY, whole=True) == (0, 0, 3, 0)


def test_wrong_lines_are_refused_where_they_are(mill: Firm, clerk: Actor) -> None:
    job = sent(
        clerk,
        KEY,
        [
            row(),
            row(name="12"),
            row(phone="123"),
            row(host=""),
            row(day=day(-2)),
            row(day=day(90)),
            row(t0="18:00"),
            row(last_day=day(20), day=day(2)),
            row(persons=51, day=day(3)),
            row(t1="16:00"),
            row(name="\u8c37**", host="\u8c08**"),
        ],
    )
    assert told(job) == (1, 0, 0, 10)
    name, phone, host, persons = "\u59d3\u540d", "\u624b\u673a", "\u627e\u8c01", "\u4eba\u6570"
    start, end = "\u8d77", "\u6b62"
    expected = [(3, name), (4, phone), (5, host), (6, end), (7, start), (8, end), (9, end), (10, persons)]
    assert places(job) == [*expected, (11, name), (12, name), (12, host)]
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (11, 1, 10)
    job = sent(clerk, KEY, [row(t1="16:00")])
    assert (told(job), places(job)) == ((0, 0, 0, 1), [(2, end)])
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
def test_who_may_not_import(park: Park, mill: Firm, role: Role) -> None:
    with pytest.raises(NotFound):
        sent(actor_with(role, path=park.zone.path), KEY, [row()])
