"""The objects of the world that training, duty and drills of an enterprise are made of."""

from __future__ import annotations

from typing import Any

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import TeamTask
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor


def taught(worker: Employment, root: Actor) -> dict[str, Any]:
    """Return the numbers of a session, a drill and a member of the emergency team at the worker's enterprise."""
    unit, today = worker.enterprise, clock.today()
    session = premises.hold_training(
        enterprise=unit,
        data=premises.TrainingData("\u9632\u63a7\u77e5\u8bc6", today),
        workers=[worker.pk],
        by=root,
    )
    member = premises.join_team(enterprise=unit, number=worker.employee_no, task=TeamTask.LEADER, by=root)
    drill = premises.hold_exercise(
        enterprise=unit,
        data=premises.ExerciseData(
            "\u9694\u79bb\u8f6c\u79fb", today, "\u4e00\u8f66\u95f4", 5, "\u6309\u9884\u6848"
        ),
        by=root,
    )
    return {"session_held": session.pk, "team_member": member.pk, "exercise": drill.pk}
