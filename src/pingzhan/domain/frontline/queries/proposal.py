"""Who should answer for the enterprises that have nobody, and why he: the explained proposal."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from pingzhan.domain.frontline import balance, settings
from pingzhan.domain.frontline.balance import Balanced, Task
from pingzhan.domain.frontline.enums import Mode
from pingzhan.domain.frontline.queries import facts
from pingzhan.domain.frontline.queries.facts import Facts, FirmRow
from pingzhan.domain.territory.models import Unit

SPARE = 1
"""How many enterprises more than an even share one may get, where that shortens the ways."""
SHOWN = 6
"""Other officials offered for a line."""


@dataclass(frozen=True)
class Choice:
    """Somebody who could take a line instead: what he would carry then, and how far he has."""

    person: int
    load: int
    metres: int | None
    same_area: bool | None


@dataclass(frozen=True)
class Line:
    """One change that is proposed, and the numbers behind it.

    ``load_before`` and ``load_after`` are what the person answers for as principal (``rank`` 0) or stands in
    for (``rank`` 1), in weighted workers, before and after the whole proposal; ``count`` how many enterprises
    after it. ``same_area`` and ``metres`` are None when either place is not known.
    """

    firm: FirmRow
    rank: int
    person: int
    former: int | None
    weight: int
    load_before: int
    load_after: int
    count: int
    same_area: bool | None
    metres: int | None
    others: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """The lines to adopt, and how even it comes out.

    ``peak`` is the largest load after the proposal, ``peak_before`` the one now, ``least`` a load that nothing
    can undercut. ``left`` are enterprises that nobody may take, ``raised`` says that the cap was too small.
    """

    zone_id: int
    mode: str
    lines: tuple[Line, ...]
    peak_before: int
    peak: int
    least: int
    cap: int
    raised: bool
    left: tuple[FirmRow, ...]
    candidates: int


def _even_cap(firms: int, officials: int) -> int:
    return settings.most() or (math.ceil(firms / officials) + SPARE if officials else 0)


def _principals(known: Facts, mode: str) -> Task:
    present = {firm: person for firm, rows in known.held.items() for person, rank in rows if rank == 0}
    officials = known.as_officials()
    # Who stands in stays so: else filling one hole would make another.
    seconds = {(firm, person) for firm, rows in known.held.items() for person, rank in rows if rank > 0}
    return Task(
        firms=known.as_firms(),
        officials=officials,
        present=present,
        movable=set(present) if mode == Mode.ALL else (),
        barred=known.barred() | seconds,
        cap=_even_cap(len(known.firms), len(officials)),
        also=Counter([*(person for _firm, person in seconds), *known.away]),
    )


def _substitutes(known: Facts, first: Balanced, mode: str) -> Task:
    """Substitutes are balanced among each other; half of what one answers for himself counts with it."""
    present: dict[int, int] = {}
    for firm, rows in known.held.items():
        seconds = [person for person, rank in rows if rank > 0 and first.given.get(firm) != person]
        if seconds:
            present[firm] = seconds[0]
    officials = known.as_officials()
    homes: dict[int, tuple[int, int, tuple[float, float] | None]] = {}
    for one in known.as_firms():
        holder = first.given.get(one.id)
        if holder is not None and one.weight > homes.get(holder, (0, 0, None))[0]:
            homes[holder] = (one.weight, one.area, one.spot)
    placed = [
        one._replace(
            area=one.area or homes.get(one.id, (0, 0, None))[1],
            spot=one.spot or homes.get(one.id, (0, 0, None))[2],
        )
        for one in officials
    ]
    return Task(
        firms=known.as_firms(),
        officials=placed,
        present=present,
        movable=set(present) if mode == Mode.ALL else (),
        barred=known.barred() | set(first.given.items()),
        base={person: load // 2 for person, load in first.loads.items()},
        cap=_even_cap(len(known.firms), len(officials)),
        also=dict.fromkeys(known.away, 1),
    )


def propose(zone: Unit, mode: str = Mode.MISSING) -> Proposal:
    """Return a balanced proposal for a zone: who answers for what has nobody, or everything anew (Mode.ALL).

    The largest load (workers weighted by risk class) is made small, then few are changed, then ways are short.
    Never proposed: the enterprise's own people, who is away for long, who heads the leading group, and one
    person as both principal and substitute. The same facts give the same proposal. Seven queries.
    """
    known = facts.load(zone)
    first_task = _principals(known, mode)
    first = balance.solve(first_task)
    second_task = _substitutes(known, first, mode)
    second = balance.solve(second_task)
    lines = [*_lines(known, first_task, first, 0), *_lines(known, second_task, second, 1)]
    firms = {one.id: one for one in known.firms}
    left = sorted({*first.left, *second.left}, key=lambda one: firms[one].code)
    return Proposal(
        zone_id=zone.pk,
        mode=str(mode),
        lines=tuple(sorted(lines, key=lambda line: (line.firm.code, line.rank))),
        peak_before=max(_loads_now(first_task).values(), default=0),
        peak=first.peak,
        least=balance.bound(first_task),
        cap=first.cap,
        raised=first.raised,
        left=tuple(firms[one] for one in left),
        candidates=len(first_task.officials),
    )


def _loads_now(task: Task) -> dict[int, int]:
    loads = {one.id: task.base.get(one.id, 0) for one in task.officials}
    for firm in task.firms:
        holder = task.present.get(firm.id)
        if holder in loads:
            loads[holder] += firm.weight
    return loads


def _lines(known: Facts, task: Task, done: Balanced, rank: int) -> list[Line]:
    firms = {one.id: one for one in task.firms}
    people = {one.id: one for one in task.officials}
    before = _loads_now(task)
    held = {(firm, person): number for firm, rows in known.held.items() for person, number in rows}
    lines = []
    for row in known.firms:
        person = done.given.get(row.id)
        if person is None or person not in people or task.present.get(row.id) == person:
            continue
        former = known.ranked.get((row.id, rank))
        if former == person or held.get((row.id, person)) == rank:
            continue
        firm, him = firms[row.id], people[person]
        base = task.base.get(person, 0)
        others = sorted(
            (
                Choice(
                    one.id,
                    done.loads[one.id] - task.base.get(one.id, 0) + firm.weight,
                    balance.metres(firm.spot, one.spot),
                    _same(firm.area, one.area),
                )
                for one in task.officials
                if one.id != person and (row.id, one.id) not in task.barred
            ),
            key=lambda one: (one.load, one.metres or 0, one.person),
        )
        lines.append(
            Line(
                firm=row,
                rank=rank,
                person=person,
                former=former,
                weight=firm.weight,
                load_before=before[person] - base,
                load_after=done.loads[person] - base,
                count=done.counts[person],
                same_area=_same(firm.area, him.area),
                metres=balance.metres(firm.spot, him.spot),
                others=tuple(others[:SHOWN]),
            )
        )
    return lines


def _same(one: int, other: int) -> bool | None:
    return one == other if one and other else None
