"""What is missing in an assignment: the same finder for a switch, for a preview and for readiness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pingzhan.domain.command.assignment import (
    POOL_CODE,
    Assignment,
    Chair,
    Empty,
    Filled,
    Why,
    first_on,
    owner_of,
)
from pingzhan.domain.command.enums import GAP_SEVERITY, GapKind, Severity

if TYPE_CHECKING:
    from pingzhan.domain.command.queries.loading import OpenSeat, ZoneState


@dataclass(frozen=True)
class GapRow:
    """One gap; ``key`` stays the same while the same thing is missing, ``owner`` answers for it meanwhile."""

    key: str
    kind: GapKind
    severity: Severity
    unit_id: int
    activation: int | None = None
    post_code: str = ""
    seat_no: int | None = None
    person: int | None = None
    owner: int | None = None
    subject: dict[str, Any] = field(default_factory=dict)


def find_gaps(state: ZoneState, assignment: Assignment) -> list[GapRow]:
    """Return all gaps of a zone: empty posts, doubles, no contact, officials without post, posts without task."""
    return [
        *_commander(state, assignment),
        *_posts(state, assignment),
        *_persons(state, assignment),
        *_left_out(state, assignment),
    ]


def _commander(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    if any(first_on(assignment, code) is not None for code in assignment.commander_codes):
        return
    for one in state.activations:
        yield GapRow(
            f"commander_missing:{one.unit_id}",
            GapKind.COMMANDER_MISSING,
            Severity.CRITICAL,
            one.unit_id,
            one.pk,
        )


def _by_post(assignment: Assignment) -> dict[str, tuple[list[Filled], list[Empty]]]:
    found: dict[str, tuple[list[Filled], list[Empty]]] = defaultdict(lambda: ([], []))
    for filled in assignment.filled.values():
        found[filled.chair.post.code][0].append(filled)
    for empty in assignment.empty.values():
        found[empty.chair.post.code][1].append(empty)
    return found


def unanswered_gaps(state: ZoneState, seats: Iterable[OpenSeat], assignment: Assignment) -> Iterator[GapRow]:
    """Yield a gap for each open seat whose holder does not answer and for which the ladder found nobody else."""
    for seat in seats:
        if not seat.unanswered:
            continue
        kind = GapKind(seat.unanswered)
        filled = assignment.filled.get((seat.post_code, seat.seat_no))  # type: ignore[call-overload]
        yield GapRow(
            f"{kind}:{seat.post_code}:{seat.seat_no}",
            kind,
            GAP_SEVERITY[kind],
            seat.unit_id,
            filled.chair.activation if filled is not None else None,
            seat.post_code,
            seat.seat_no,
            seat.person,
            owner_of(assignment, filled.chair.post) if filled is not None else None,
        )


def _posts(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    seats = _by_post(assignment)
    for code in sorted(assignment.posts):
        chair = assignment.posts[code]
        filled, empty = seats[code]
        if len(filled) < chair.post.min_seats:
            yield _post_gap(assignment, chair, filled, empty)
        for one in empty:
            yield from _seat_gaps(assignment, one)
        duty_version = state.duty_version(chair.activation)
        if duty_version is not None and not state.book(duty_version).picks(chair.post, chair.level):
            yield GapRow(
                f"duty_missing:{code}",
                GapKind.DUTY_MISSING,
                GAP_SEVERITY[GapKind.DUTY_MISSING],
                chair.post.unit_id,
                chair.activation,
                code,
            )


def _post_gap(assignment: Assignment, chair: Chair, filled: list[Filled], empty: list[Empty]) -> GapRow:
    return GapRow(
        f"post_empty:{chair.post.code}",
        GapKind.POST_EMPTY,
        Severity.CRITICAL if chair.post.critical else GAP_SEVERITY[GapKind.POST_EMPTY],
        chair.post.unit_id,
        chair.activation,
        chair.post.code,
        owner=owner_of(assignment, chair.post),
        subject={
            "need": chair.post.min_seats,
            "have": len(filled),
            "reasons": [[person, str(why)] for one in empty for person, why in one.reasons],
        },
    )


def _seat_gaps(assignment: Assignment, empty: Empty) -> Iterator[GapRow]:
    post, seat_no = empty.chair.post, empty.chair.seat_no
    reasons = {why for _person, why in empty.reasons}
    kinds: list[GapKind] = []
    if reasons & {Why.SEGREGATED, Why.OWN_SUPERVISOR}:
        kinds.append(GapKind.SEGREGATION)
    if len(empty.chair.ranked) > 1 and reasons == {Why.ABSENT}:
        kinds.append(GapKind.AB_BOTH_AWAY)
    for kind in kinds:
        yield GapRow(
            f"{kind}:{post.code}:{seat_no}",
            kind,
            GAP_SEVERITY[kind],
            post.unit_id,
            empty.chair.activation,
            post.code,
            seat_no,
            owner=owner_of(assignment, post),
            subject={"reasons": [[person, str(why)] for person, why in empty.reasons]},
        )


def _persons(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    held: dict[int, list[Chair]] = defaultdict(list)
    for filled in assignment.filled.values():
        held[filled.person].append(filled.chair)
    for person in sorted(held):
        chairs = held[person]
        codes = sorted(chair.post.code for chair in chairs)
        critical = [chair for chair in chairs if chair.post.critical]
        if len(codes) > 1:
            kind = GapKind.TWO_CRITICAL if len(critical) > 1 else GapKind.SEVERAL_POSTS
            yield GapRow(
                f"{kind}:{person}",
                kind,
                GAP_SEVERITY[kind],
                state.zone.pk,
                chairs[0].activation,
                person=person,
                subject={"posts": codes},
            )
        if person in state.world.unreachable:
            yield GapRow(
                f"no_contact:{person}",
                GapKind.NO_CONTACT,
                GAP_SEVERITY[GapKind.NO_CONTACT],
                state.zone.pk,
                chairs[0].activation,
                person=person,
                subject={"posts": codes},
            )


def _left_out(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    for place in assignment.pool:
        yield GapRow(
            f"person_in_pool:{place.person}",
            GapKind.PERSON_IN_POOL,
            GAP_SEVERITY[GapKind.PERSON_IN_POOL],
            state.zone.pk,
            place.activation,
            POOL_CODE,
            place.person,
            place.person,
        )
    for person, why in assignment.left_out:
        yield GapRow(
            f"person_absent:{person}",
            GapKind.PERSON_ABSENT,
            GAP_SEVERITY[GapKind.PERSON_ABSENT],
            state.zone.pk,
            person=person,
            subject={"reasons": [[person, str(why)]]},
        )
