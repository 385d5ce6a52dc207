"""Emergency team and drills by spreadsheet: in, out and in again; wrong cells; who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pingzhan.domain.people.api import leave
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.premises import api
from pingzhan.domain.premises.enums import NEEDED_TASKS, TeamTask
from pingzhan.domain.premises.models import Exercise, TeamMember
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import NotFound
from tests.domain.people.crowd import Firm, Park, hire
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import crew
from tests.domain.premises.sheets import again, out, places, sent, told
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import store

TEAM, DRILLS = "premises.team", "premises.exercises"
DAY = timedelta(days=1)
YES = "\u662f"


@pytest.mark.usefixtures("in_force")
def test_a_team_in_and_out_again(mill: Firm, clerk: Actor) -> None:
    crew(mill, 5)
    api.join_team(enterprise=mill.unit, number="N5", task=TeamTask.LIAISON, by=mill.contact)
    rows: list[list[Any]] = [[f"N{n}", task.label, ""] for n, task in enumerate(NEEDED_TASKS, start=1)]
    job = sent(clerk, TEAM, [*rows, ["N5", TeamTask.LIAISON.label, YES]])
    assert told(job) == (4, 1, 0, 0)
    assert waiting(mill, "emergency_team") == 1
    job = store(clerk, job)
    assert (job.stored_new, job.stored_changed, job.refused) == (4, 1, 0)
    assert api.missing_tasks(mill.unit) == []
    assert waiting(mill, "emergency_team") == 0
    assert [line[0] for line in out(clerk, TEAM)] == ["N1", "N2", "N3", "N4"]
    assert again(clerk, TEAM) == (0, 0, 4, 0)
    assert TeamMember.objects.count() == 5


def test_whoever_left_the_enterprise_can_leave_the_team(mill: Firm, clerk: Actor) -> None:
    one, _two = crew(mill, 2)
    api.join_team(enterprise=mill.unit, number="N1", task=TeamTask.LEADER, by=mill.contact)
    leave(employment=one, on=clock.today(), reason=LeaveReason.RESIGNED, by=mill.contact)
    assert again(clerk, TEAM) == (0, 0, 1, 0)
    job = store(clerk, sent(clerk, TEAM, [["N1", TeamTask.LEADER.label, YES]]))
    assert job.stored_changed == 1
    assert not list(api.team(mill.unit))


def test_wrong_lines_of_a_team(mill: Firm, forge: Firm, clerk: Actor) -> None:
    crew(mill, 2)
    hire(forge, no="F1")
    leader = TeamTask.LEADER.label
    job = sent(
        clerk,
        TEAM,
        [
            ["N1", leader, ""],
            ["F1", leader, ""],
            ["N2", "\u53a8\u5e08", ""],
            ["N2", leader, YES],
            ["", leader, ""],
            ["N1", leader, ""],
        ],
    )
    assert told(job) == (1, 0, 0, 5)
    number, task, leaves = "\u5de5\u53f7", "\u5206\u5de5", "\u9000\u51fa"
    assert places(job) == [(3, number), (4, task), (5, leaves), (6, number), (7, number)]
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (6, 1, 5)


def drill(**changes: Any) -> list[Any]:
    cells = {
        "held_on": clock.today().isoformat(),
        "topic": "\u9694\u79bb\u8f6c\u79fb",
        "place": "\u4e00\u8f66\u95f4",
        "persons": 12,
        "course": "\u6309\u9884\u6848\uff0c\u9694\u79bb",
        "found": "",
        "mended": "",
    }
    return list({**cells, **changes}.values())


@pytest.mark.usefixtures("in_force")
def test_drills_in_and_out_again(mill: Firm, forge: Firm, clerk: Actor) -> None:
    before = waiting(mill, "drill")
    assert before
    data = api.ExerciseData(
        "\u6d88\u6740", clock.today() - DAY, "\u4e8c\u8f66\u95f4", 3, "\u4e00\u3002\n\u4e8c\u3002"
    )
    api.hold_exercise(enterprise=forge.unit, data=data, by=forge.contact)
    api.hold_exercise(enterprise=mill.unit, data=data, by=mill.contact)
    job = sent(clerk, DRILLS, [drill(), drill(topic="B", found="\u7f3a", mended="\u8865")])
    assert told(job) == (2, 0, 0, 0)
    job = store(clerk, job)
    assert (job.stored_new, job.refused) == (2, 0)
    assert waiting(mill, "drill") == 0
    assert len(out(clerk, DRILLS)) == 3
    assert again(clerk, DRILLS) == (0, 0, 3, 0)
    assert Exercise.objects.filter(enterprise=mill.unit).count() == 3


def test_wrong_drills_are_refused_where_they_are(mill: Firm, clerk: Actor) -> None:
    data = api.ExerciseData("A", clock.today(), "B", 3, "C")
    api.hold_exercise(enterprise=mill.unit, data=data, by=mill.contact)
    job = sent(
        clerk,
        DRILLS,
        [
            drill(),
            drill(topic="1", held_on=(clock.today() + DAY).isoformat()),
            drill(topic="2", held_on=(clock.today() - 500 * DAY).isoformat()),
            drill(topic="3", place=""),
            drill(topic="4", persons=0),
            drill(topic="5", found="\u7f3a\u7269\u8d44"),
            drill(topic="A"),
            drill(topic="7" * 61),
        ],
    )
    assert told(job) == (1, 0, 0, 7)
    day, place, persons = "\u65e5\u671f", "\u5730\u70b9", "\u53c2\u52a0\u4eba\u6570"
    mended, topic = "\u6539\u8fdb\u63aa\u65bd", "\u6f14\u7ec3\u5185\u5bb9"
    expected = [(3, day), (4, day), (5, place), (6, persons), (7, mended), (8, place), (9, topic)]
    assert places(job) == expected
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (8, 1, 7)
    assert Exercise.objects.count() == 2


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
@pytest.mark.parametrize("key", [TEAM, DRILLS])
def test_who_may_not_import(park: Park, mill: Firm, role: Role, key: str) -> None:
    row = drill() if key == DRILLS else ["N1", TeamTask.LEADER.label, ""]
    with pytest.raises(NotFound):
        sent(actor_with(role, path=park.zone.path), key, [row])
