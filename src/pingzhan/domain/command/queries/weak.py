"""What is weak in a plan although every chair may be filled today (command.md section 12).

Each finder yields gaps that no assignment shows. Nothing here writes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from pingzhan.domain.command.assignment import Assignment, is_commander
from pingzhan.domain.command.enums import GAP_SEVERITY, GapKind, Severity
from pingzhan.domain.command.gaps import GapRow
from pingzhan.domain.command.models import Duty
from pingzhan.domain.command.queries.loading import ZoneState
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import (
    ENTERPRISE_GROUP,
    QUERY_ENTERPRISE,
    PostRole,
    ResponsibilityKind,
)
from pingzhan.domain.organisation.models import Contact, Group, Holding, Responsibility
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit

SPAN_LIMIT = 7
STALE = timedelta(days=90)
"""A contact nobody has verified for this long counts as unverified."""
AHEAD = timedelta(hours=72)
"""How far ahead absences are looked at."""
NAMED = 3
"""Names written out in a finding that concerns many."""


def plan_gaps(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    """Return what is weak in the posts of one level: no substitute, two heads, wide span, head and member."""
    yield from _chairs(state, assignment)
    yield from _heads_and_members(assignment)


def _row(
    kind: GapKind, key: str, unit_id: int, *, severity: Severity | None = None, **more: object
) -> GapRow:
    return GapRow(f"{kind}:{key}", kind, severity or GAP_SEVERITY[kind], unit_id, **more)  # type: ignore[arg-type]


def _chairs(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    ranked: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for plan in state.world.plans.values():
        for holding in plan.holdings:
            ranked[holding.post_code][holding.seat_no] += 1
    below: dict[str, int] = defaultdict(int)
    seats = Counter(key.post_code for key in assignment.filled)
    for code in sorted(assignment.posts):
        post = assignment.posts[code].post
        if post.reports_to_code:
            below[post.reports_to_code] += 1
        grave = post.critical or is_commander(post)
        if grave and any(count < 2 for count in ranked[code].values()):
            yield _row(GapKind.CRITICAL_WITHOUT_SUBSTITUTE, code, post.unit_id, post_code=code)
        if post.role == "head" and seats[code] > 1:
            yield _row(GapKind.TWO_HEADS, code, post.unit_id, post_code=code)
    for code, count in sorted(below.items()):
        if count > SPAN_LIMIT and code in assignment.posts:
            unit = assignment.posts[code].post.unit_id
            yield _row(GapKind.SPAN_OVER_7, code, unit, post_code=code, subject={"count": count})


def _heads_and_members(assignment: Assignment) -> Iterator[GapRow]:
    held: dict[tuple[int, str], list[tuple[str, str, int]]] = defaultdict(list)
    for filled in assignment.filled.values():
        post = filled.chair.post
        held[filled.person, post.group_code].append((post.role, post.code, post.unit_id))
    for (person, group), posts in sorted(held.items()):
        if len(posts) > 1 and any(role == "head" for role, _code, _unit in posts):
            codes = sorted(code for _role, code, _unit in posts)
            yield _row(
                GapKind.HEAD_AND_MEMBER,
                f"{person}:{group}",
                posts[0][2],
                person=person,
                post_code=codes[0],
                subject={"posts": codes},
            )


def standing_gaps(state: ZoneState, seated: Iterable[Assignment]) -> Iterator[GapRow]:
    """Return what does not depend on the level: contacts, absences ahead, duties and rules without anybody."""
    grave, all_of_them = _people(seated)
    yield from _contacts(state, grave, all_of_them)
    yield from _both_away_soon(state)
    yield from _duties_without_post(state)
    yield from _rule_without_person(state)


def _people(seated: Iterable[Assignment]) -> tuple[dict[int, str], set[int]]:
    """Return who sits on a critical or head's post, with its code, and everybody on any post."""
    grave: dict[int, str] = {}
    everybody: set[int] = set()
    for assignment in seated:
        for filled in assignment.filled.values():
            everybody.add(filled.person)
            post = filled.chair.post
            if post.critical or post.role == PostRole.HEAD:
                grave.setdefault(filled.person, post.code)
    return grave, everybody


def _contacts(state: ZoneState, grave: dict[int, str], everybody: set[int]) -> Iterator[GapRow]:
    fresh = set(
        Contact.objects.filter(person__in=everybody, verified_at__gt=state.at - STALE).values_list(
            "person_id", flat=True
        )
    )
    old = everybody - fresh - state.world.unreachable
    for person in sorted(old & set(grave)):
        yield _row(
            GapKind.NO_VERIFIED_CONTACT, str(person), state.zone.pk, person=person, post_code=grave[person]
        )
    rest = sorted(old - set(grave))
    if rest:
        yield _row(
            GapKind.NO_VERIFIED_CONTACT,
            "others",
            state.zone.pk,
            severity=Severity.INFO,
            subject={"count": len(rest), "people": rest[:NAMED]},
        )


def _both_away_soon(state: ZoneState) -> Iterator[GapRow]:
    absences = organisation.absences_between(state.zone.path, state.at, state.at + AHEAD)
    known = organisation.pairs(state.zone.pk)
    seen: set[str] = set()
    for one in organisation.both_away(absences, known):
        if one.post_code not in seen:
            seen.add(one.post_code)
            yield _row(
                GapKind.AB_BOTH_AWAY,
                f"soon:{one.post_code}",
                state.zone.pk,
                post_code=one.post_code,
                subject={
                    "people": [one.person_id, one.other_id],
                    "from": one.t0.isoformat(),
                    "until": one.t1.isoformat(),
                },
            )


def _duties_without_post(state: ZoneState) -> Iterator[GapRow]:
    if state.routine_duties is None or state.world.routine is None:
        return
    have: set[tuple[str, str, str]] = set()
    codes: set[str] = set()
    for post in state.world.plans[state.world.routine].posts:
        codes.add(post.code)
        postures = ("routine", "emergency") if post.posture == "both" else (post.posture,)
        have |= {(post.group_code, role, posture) for role in (post.role, "") for posture in postures}
    lost: dict[tuple[str, str, str], list[tuple[str, bool]]] = defaultdict(list)
    for code, group, role, posture, title, critical in Duty.objects.filter(
        version=state.routine_duties
    ).values_list("post_code", "group_code", "role", "posture", "title", "critical"):
        if code in codes or (not code and (group, role, posture) in have):
            continue
        # A zone without enterprises has no posts of enterprises: that is no hole of its plan.
        if group != ENTERPRISE_GROUP:
            lost[group, role, code].append((title, critical))
    names = dict(
        Group.objects.filter(
            version=state.world.routine, code__in={group for group, _r, _c in lost}
        ).values_list("code", "name")
    )
    for (group, role, code), duties in sorted(lost.items()):
        grave = any(critical for _title, critical in duties)
        yield _row(
            GapKind.POST_CODE_DANGLING,
            code or f"{group}:{role}",
            state.zone.pk,
            severity=None if grave else Severity.INFO,
            subject={
                "group": names.get(group, group),
                "role": role,
                "code": code,
                "count": len(duties),
                "titles": [title for title, _critical in duties[:NAMED]],
            },
        )


def _rule_without_person(state: ZoneState) -> Iterator[GapRow]:
    rule = Holding.objects.filter(post__version=state.world.routine, person_query=QUERY_ENTERPRISE).first()
    if rule is None:
        return
    answered = Responsibility.objects.filter(
        kind=ResponsibilityKind.ENTERPRISE, rank=0, person__active=True
    ).values("unit")
    without = list(
        Unit.objects.filter(kind=UnitKind.ENTERPRISE, path__startswith=state.zone.path)
        .exclude(pk__in=answered)
        .order_by("name")
        .values_list("name", flat=True)
    )
    if without:
        yield _row(
            GapKind.CLASS_UNRESOLVED,
            QUERY_ENTERPRISE,
            state.zone.pk,
            subject={"count": len(without), "units": without[:NAMED]},
        )
