"""The escalation ladder as a seat keeps it: which rungs are due, when the next one is. Plain values only.

A seat carries its own copy of the ladder (command.md section 8), so a ladder edited meanwhile changes nothing for
it. Times count from the opening of the seat. What fell due while nobody looked is one action, not several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pingzhan.domain.command.enums import StepAction, StepTarget

LONGEST_PAUSE = 30 * 86_400
"""Reminders after the last rung come further and further apart, up to this many seconds."""


class Rung(NamedTuple):
    """One rung: seconds after the seat was opened, what is done, whom it reaches, over which channel."""

    after: int
    action: str
    target: str
    channel: str = ""


def rungs(snapshot: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """Return the ladder stored in a seat, by seconds."""
    found = [
        Rung(int(step["after_sec"]), step["action"], step["target"], step.get("channels") or "")
        for step in snapshot
    ]
    return tuple(sorted(found, key=lambda rung: rung.after))


def stored(ladder: Sequence[Rung]) -> list[dict[str, object]]:
    """Return a ladder as a seat stores it."""
    return [
        {
            "n": n,
            "after_sec": rung.after,
            "action": str(rung.action),
            "target": str(rung.target),
            "channels": rung.channel,
        }
        for n, rung in enumerate(ladder, start=1)
    ]


def due(ladder: Sequence[Rung], step_no: int, age: float) -> tuple[Rung, ...]:
    """Return the rungs due on a seat ``age`` seconds old that has done ``step_no`` of them.

    After the last rung it is the last one again, as a reminder. Never empty, unless the ladder is.
    """
    if step_no >= len(ladder):
        return tuple(ladder[-1:])
    return tuple(rung for rung in ladder[step_no:] if rung.after <= age) or (ladder[step_no],)


def step_after(ladder: Sequence[Rung], step_no: int, done: Sequence[Rung]) -> int:
    """Return how many steps a seat has done once ``done`` are done; reminders count on."""
    return step_no + len(done)


def next_in(ladder: Sequence[Rung], step_no: int, age: float) -> float:
    """Return in how many seconds the next step of a seat ``age`` seconds old is due; always more than nothing."""
    if step_no < len(ladder):
        return max(1.0, ladder[step_no].after - age)
    last = ladder[-1].after
    doubled = last * 2.0 ** min(step_no - len(ladder), 20)
    return max(60.0, min(doubled, max(LONGEST_PAUSE, last)))


def continued(ladder: Sequence[Rung], passed_at: int) -> tuple[Rung, ...]:
    """Return the ladder of whoever takes over after rung ``passed_at`` (a place in the ladder).

    He gets the reminders to the holder anew, and the rungs that were still to come at the time they would have
    come: 0 s, first substitute after 300, second after 600, name somebody after 900 stay what they are for the
    chair, whoever sits on it. A ladder that ends with a substitute goes on with it.
    """
    base = ladder[passed_at].after
    own = [
        rung
        for rung in ladder[:passed_at]
        if rung.action in (StepAction.NOTIFY, StepAction.CALL) and rung.target == StepTarget.HOLDER
    ]
    rest = [rung._replace(after=rung.after - base) for rung in ladder[passed_at + 1 :] if rung.after > base]
    return tuple(sorted([*own, *(rest or [ladder[passed_at]])], key=lambda rung: rung.after))
