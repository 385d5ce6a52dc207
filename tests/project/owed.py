"""The objects of the world that obligations are made of: one that is owed, and one waiver."""

from __future__ import annotations

from typing import Any

from pingzhan.domain.obligations import api, program
from pingzhan.domain.obligations.calendar import Cadence, CadenceKind
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.obligations.program import Program
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from tests.domain.obligations.conftest import rule


def owed(firm: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of an obligation of the enterprise and of a waiver of another measure."""
    before = list(program._sources)
    day = Cadence(CadenceKind.EVERY, n=1)
    made = Program(None, (rule("doors.owed", day), rule("doors.waived", day)))
    program.register_source(lambda units, at: dict.fromkeys(units, made))
    api.today(firm.pk)
    program._sources[:] = before
    waived = Obligation.objects.get(unit=firm, duty__key="doors.waived")
    return {
        "obligation": Obligation.objects.get(unit=firm, duty__key="doors.owed").pk,
        "waiver": api.waive(waived.pk, reason="x", by=root).waivers[0],
    }
