"""A laboratory that says what it found in tubes filled by one phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.enums import ResultSource, Verdict
from pingzhan.domain.screening.models import Hold, Tube
from pingzhan.foundation import clock
from tests.domain.people.crowd import Park
from tests.domain.screening.phones import Phone

NEGATIVE, POSITIVE, GREY, INVALID = Verdict.NEGATIVE, Verdict.POSITIVE, Verdict.GREY, Verdict.INVALID


class Lab:
    """The laboratory of a park and the phone whose tubes it gets."""

    def __init__(self, park: Park, phone: Phone) -> None:
        self.park, self.phone = park, phone

    def fill(self, code: str, people: Sequence[Employment]) -> None:
        """Fill and seal a tube and bring it to the laboratory."""
        one = self.phone
        one.send(
            *(one.swab(code, who, n) for n, who in enumerate(people, start=1)), one.write("seal", tube=code)
        )
        self.receive(code)

    def receive(self, code: str) -> None:
        """Bring a tube to the laboratory."""
        screening.receive_tubes(zone=self.park.zone, codes=[code], by=self.park.root)

    def say(self, *lines: tuple[Any, ...]) -> list[str]:
        """Enter (code, verdict, reason of a correction) and return what became of each."""
        results = [
            screening.ResultIn(code, verdict, clock.now(), correction=more[0] if more else "", row=n)
            for n, (code, verdict, *more) in enumerate(lines, start=1)
        ]
        answers = screening.enter_results(
            zone=self.park.zone, results=results, source=ResultSource.MANUAL, by=self.park.root
        )
        return [one.status for one in answers]


def tube(code: str) -> Tube:
    """A tube as stored now."""
    return Tube.objects.get(code=code)


def states(*people: Employment) -> list[str]:
    """The state of everybody's last hold, empty for who never had one."""
    found = dict(Hold.objects.order_by("pk").values_list("employment_id", "state"))
    return [found.get(one.pk, "") for one in people]
