"""The permitted list and meetings by spreadsheet: in, out and in again; wrong cells; who may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pingzhan.domain.gate import api
from pingzhan.domain.gate.models import Meeting, Permit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import Invalid, NotFound
from tests.domain.gate.conftest import Ruled
from tests.domain.people.crowd import Firm, Park, hire, person
from tests.domain.premises.sheets import again, out, places, sent, told
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import store

PERMITS, MEETINGS = "gate.permits", "gate.meetings"
DAY = timedelta(days=1)
PLATE = "\u9c81M12345"
YES = "\u662f"
WHY = "\u4fdd\u969c\u751f\u4ea7"


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def today() -> Any:
    return clock.day_of(clock.now())


def test_a_permitted_list_in_and_out_again(mill: Firm, forge: Firm, clerk: Actor) -> None:
    worker = hire(mill, person("\u8c37\u4e00\u9e23"), no="n1")
    other = hire(mill, no="N2")
    hire(forge, no="F1")
    until = (today() + 9 * DAY).isoformat()
    api.permit(enterprise=mill.unit, employment=worker, purpose=WHY, by=mill.contact)
    api.permit(enterprise=mill.unit, employment=other, purpose=WHY, by=mill.contact)
    team = mill.teams[0].name
    job = sent(
        clerk,
        PERMITS,
        [
            ["n1", "", "", WHY, until, ""],
            ["N2", "", "", WHY, "", YES],
            ["", team, "", WHY, "", ""],
            ["", "", PLATE, WHY, until, ""],
        ],
    )
    assert told(job) == (2, 2, 0, 0)
    job = store(clerk, job)
    assert (job.stored_new, job.stored_changed, job.refused) == (2, 2, 0)
    found = out(clerk, PERMITS)
    assert {(line[0], line[1], line[2]) for line in found} == {
        ("n1", None, None),
        (None, team, None),
        (None, None, PLATE),
    }
    assert {line[7] for line in found} == {None, "\u8c37**"}
    assert again(clerk, PERMITS) == (0, 0, 3, 0)
    assert Permit.objects.filter(ended_at__isnull=False).count() == 2


def test_a_permit_that_ran_out_can_be_given_again(mill: Firm, clerk: Actor) -> None:
    worker = hire(mill, no="N1")
    row = api.permit(enterprise=mill.unit, employment=worker, purpose=WHY, by=mill.contact)
    with pytest.raises(Invalid):
        api.permit(enterprise=mill.unit, employment=worker, purpose=WHY, by=mill.contact)
    Permit.objects.filter(pk=row.pk).update(until=today() - DAY)
    api.permit(enterprise=mill.unit, employment=worker, purpose=WHY, by=mill.contact)
    assert Permit.objects.filter(ended_at__isnull=True).count() == 1
    Permit.objects.filter(ended_at__isnull=True).update(until=today() - DAY)
    job = store(clerk, sent(clerk, PERMITS, [["N1", "", "", WHY, today().isoformat(), ""]]))
    assert job.stored_changed == 1
    assert Permit.objects.get(ended_at__isnull=True).until == today()


def test_wrong_lines_of_a_permitted_list(mill: Firm, forge: Firm, clerk: Actor) -> None:
    hire(mill, no="N1")
    hire(forge, no="F1")
    past = (today() - DAY).isoformat()
    job = sent(
        clerk,
        PERMITS,
        [
            ["N1", "", "", WHY, "", ""],
            ["F1", "", "", WHY, "", ""],
            ["", "\u4e19\u73ed", "", WHY, "", ""],
            ["", "", "12345", WHY, "", ""],
            ["N1", "", PLATE, WHY, "", ""],
            ["", "", PLATE, "", "", ""],
            ["", mill.teams[0].name, "", WHY, past, ""],
            ["", mill.teams[1].name, "", WHY, "", YES],
        ],
    )
    assert told(job) == (1, 0, 0, 7)
    worker, team, plate = "\u5de5\u53f7", "\u73ed\u7ec4", "\u8f66\u724c\u53f7"
    why, until, ends = "\u51c6\u5165\u4e8b\u7531", "\u6709\u6548\u671f\u81f3", "\u53d6\u6d88"
    assert places(job) == [(3, worker), (4, team), (5, plate), (6, worker), (7, why), (8, until), (9, ends)]
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (8, 1, 7)


def meeting(topic: str, **cells: Any) -> list[Any]:
    day = (today() - DAY).isoformat()
    values = {"day": day, "time": "09:30", "topic": topic, "persons": 5, "online": "", "place": ""}
    return list({**values, **cells}.values())


def test_meetings_in_and_out_again(mill: Firm, clerk: Actor, ruled: Ruled) -> None:
    ruled(meeting_max=20)
    data = api.MeetingData("A\uff0cB", clock.now() - 3 * DAY, 8, place="\u4e8c\u697c")
    api.hold_meeting(enterprise=mill.unit, data=data, by=mill.contact)
    job = sent(clerk, MEETINGS, [meeting("C"), meeting("D", persons=200, online=YES, place="\u4e09\u697c")])
    assert told(job) == (2, 0, 0, 0)
    job = store(clerk, job)
    assert (job.stored_new, job.refused) == (2, 0)
    assert len(out(clerk, MEETINGS)) == 3
    assert again(clerk, MEETINGS) == (0, 0, 3, 0)
    assert Meeting.objects.count() == 3


def test_wrong_meetings_are_refused_where_they_are(mill: Firm, clerk: Actor, ruled: Ruled) -> None:
    ruled(meeting_max=20)
    far = (today() + 90 * DAY).isoformat()
    job = sent(
        clerk,
        MEETINGS,
        [
            meeting("A"),
            meeting("B", persons=21),
            meeting("C", persons=0),
            meeting("D", day=far),
            meeting("E", time="25:99"),
            meeting(""),
            meeting("A", place="x"),
        ],
    )
    assert told(job) == (1, 0, 0, 6)
    day, time, topic, persons = (
        "\u65e5\u671f",
        "\u65f6\u523b",
        "\u4f1a\u8bae\u540d\u79f0",
        "\u5230\u573a\u4eba\u6570",
    )
    assert places(job)[:5] == [(3, persons), (4, persons), (5, day), (6, time), (7, topic)]
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (7, 1, 6)
    job = sent(clerk, MEETINGS, [meeting("A", persons=6), meeting("A", time="10:00")])
    assert told(job) == (1, 0, 0, 1)


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
@pytest.mark.parametrize("key", [PERMITS, MEETINGS])
def test_who_may_not_import(park: Park, mill: Firm, role: Role, key: str) -> None:
    row = meeting("A") if key == MEETINGS else ["N1", "", "", WHY, "", ""]
    with pytest.raises(NotFound):
        sent(actor_with(role, path=park.zone.path), key, [row])
