"""The objects of the world that obligations are made of: one owed, one waiver, one declared attended to."""

from __future__ import annotations

import uuid
from typing import Any

from pingzhan.domain.obligations import api, program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from tests.domain.obligations.conftest import rule


def owed(firm: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of an obligation, of a waiver of another, of one attended to and what was declared."""
    before = list(program._sources)
    day = Cadence(CadenceKind.EVERY, n=1)
    made = Program(None, tuple(rule(f"doors.{name}", day) for name in ("owed", "waived", "done")))
    program.register_source(lambda units, at: dict.fromkeys(units, made))
    api.today(firm.pk)
    program._sources[:] = before
    one = {row.duty.key: row for row in Obligation.objects.filter(unit=firm).select_related("duty")}
    done = one["doors.done"]
    return {
        "obligation": one["doors.owed"].pk,
        "waiver": api.waive(one["doors.waived"].pk, reason="x", by=root).waivers[0],
        "attended": done.pk,
        "declaration": api.declare(
            done.pk, done=api.Done(uuid.uuid4(), "\u5df2\u529e", api.business_now()[0]), by=root
        ).pk,
    }
