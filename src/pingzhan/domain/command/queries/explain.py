"""Why is this person here, why is this chair empty; what would be, were a level ordered now (readiness)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.assignment import Assignment, assign
from pingzhan.domain.command.enums import GAP_SEVERITY, ChosenBy, GapKind, Severity, VersionState
from pingzhan.domain.command.gaps import GapRow, find_gaps
from pingzhan.domain.command.models import Activation, DutyVersion, Gap
from pingzhan.domain.command.orders import GapLine
from pingzhan.domain.command.queries.loading import ZoneState, load_zone
from pingzhan.domain.organisation.api import names_of, published_version
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import Level


@dataclass(frozen=True)
class ChairExplained:
    """One chair of a post: who sits on it by which rule, and why others ranked for it do not."""

    seat_no: int
    person_id: int | None
    person_name: str
    chosen_by: str
    others: tuple[tuple[str, str], ...]
    sentence: str


def read_state(
    zone: Unit, world: int = 0, *, activations: list[Activation] | None = None
) -> ZoneState | None:
    """Load a zone for reading, without lock; None before a structure is published."""
    structure = published_version(zone.pk)
    if structure is None:
        return None
    duties = DutyVersion.objects.filter(structure_version=structure, status=VersionState.PUBLISHED).first()
    now = Unit.objects.filter(pk=zone.pk).annotate(moment=Now()).values_list("moment", flat=True).get()
    return load_zone(
        world,
        zone,
        now,
        routine_structure=structure.pk,
        routine_duties=duties.pk if duties is not None else None,
        activations=activations,
    )


def explain_post(zone: Unit, post_code: str, world: int = 0) -> list[ChairExplained]:
    """Return why each chair of a post is filled as it is or empty, by the rules as they stand now."""
    state = read_state(zone, world)
    if state is None:
        return []
    assignment = assign(state.world)
    people: set[int] = set()
    for key, filled in assignment.filled.items():
        if key.post_code == post_code:
            people |= {filled.person, *(person for person, _why in filled.skipped)}
    for key, empty in assignment.empty.items():
        if key.post_code == post_code:
            people |= {person for person, _why in empty.reasons}
    names = names_of(people)
    found: list[ChairExplained] = []
    for key in sorted(key for key in {**assignment.filled, **assignment.empty} if key.post_code == post_code):
        given = assignment.filled.get(key)
        reasons = given.skipped if given else assignment.empty[key].reasons
        others = tuple((names.get(person, ""), wording.WHY[why]()) for person, why in reasons)
        found.append(
            ChairExplained(
                key.seat_no,
                given.person if given else None,
                names.get(given.person, "") if given else "",
                given.chosen_by if given else "",
                others,
                _sentence(names.get(given.person, ""), given.chosen_by) if given else _empty_sentence(others),
            )
        )
    return found


def _sentence(name: str, chosen_by: str) -> str:
    return _("%(name)s：%(rule)s。") % {"name": name, "rule": ChosenBy(chosen_by).label}


def _empty_sentence(others: tuple[tuple[str, str], ...]) -> str:
    parts = [f"{name}{why}" for name, why in others]
    return _("空缺：%(why)s。") % {"why": _("；").join(parts)}


def as_if(zone: Unit, level: int, structure_id: int, duties_id: int) -> Activation:
    """Return an activation that was never ordered, for asking what would be."""
    return Activation(
        pk=0,
        world=0,
        zone=zone,
        unit=zone,
        epoch=0,
        level=level,
        structure_version_id=structure_id,
        duty_version_id=duties_id,
    )


@dataclass(frozen=True)
class Readiness:
    """What would be missing if a level were ordered for the whole zone now."""

    level: int
    posts: int
    filled: int
    gaps: tuple[GapLine, ...]

    @property
    def critical(self) -> int:
        """Return how many gaps are critical."""
        return sum(1 for gap in self.gaps if gap.severity == Severity.CRITICAL)


def readiness(zone: Unit) -> list[Readiness]:
    """Return, for levels I to IV, what a switch would find (section 12). Writes nothing.

    Empty before a structure and its duties are published.
    """
    state = read_state(zone, activations=[])
    if state is None or state.world.routine is None or state.routine_duties is None:
        return []
    found: list[Readiness] = []
    for level in Level:
        one = as_if(zone, level.value, state.world.routine, state.routine_duties)
        trial = load_with(state, one)
        assignment = assign(trial.world)
        rows = [*find_gaps(trial, assignment), *plan_gaps(trial, assignment)]
        chairs = len(assignment.filled) + len(assignment.empty)
        found.append(
            Readiness(
                level.value,
                chairs,
                len(assignment.filled),
                tuple(wording.gap_lines(as_gap(row, zone) for row in rows)),
            )
        )
    return found


def load_with(state: ZoneState, activation: Activation) -> ZoneState:
    """Return the same zone as if this activation were the only one in force."""
    from dataclasses import replace

    from pingzhan.domain.command.queries.loading import as_ruling

    return replace(
        state,
        activations=[activation],
        world=replace(state.world, activations=as_ruling([activation]), refused=frozenset(), overrides={}),
    )


def as_gap(row: GapRow, zone: Unit) -> Gap:
    """Return a gap row as an unsaved Gap, for the sentences."""
    return Gap(
        world=0,
        zone=zone,
        unit_id=row.unit_id,
        key=row.key,
        kind=row.kind,
        severity=row.severity,
        post_code=row.post_code,
        seat_no=row.seat_no,
        person_id=row.person,
        owner_id=row.owner,
        subject=row.subject,
    )


SPAN_LIMIT = 7


def plan_gaps(state: ZoneState, assignment: Assignment) -> Iterator[GapRow]:
    """Return what readiness adds to the gaps of a switch: the plan itself is weak (section 12)."""
    ranked: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for plan in state.world.plans.values():
        for holding in plan.holdings:
            ranked[holding.post_code][holding.seat_no] += 1
    below: dict[str, int] = defaultdict(int)
    seats = Counter(key.post_code for key in assignment.filled)
    for code in sorted(assignment.posts):
        chair = assignment.posts[code]
        if chair.post.reports_to_code:
            below[chair.post.reports_to_code] += 1
        if chair.post.critical and any(count < 2 for count in ranked[code].values()):
            yield GapRow(
                f"critical_without_substitute:{code}",
                GapKind.CRITICAL_WITHOUT_SUBSTITUTE,
                GAP_SEVERITY[GapKind.CRITICAL_WITHOUT_SUBSTITUTE],
                chair.post.unit_id,
                post_code=code,
            )
        if chair.post.role == "head" and seats[code] > 1:
            yield GapRow(
                f"two_heads:{code}",
                GapKind.TWO_HEADS,
                GAP_SEVERITY[GapKind.TWO_HEADS],
                chair.post.unit_id,
                post_code=code,
            )
    for code, count in sorted(below.items()):
        if count > SPAN_LIMIT and code in assignment.posts:
            yield GapRow(
                f"span_over_7:{code}",
                GapKind.SPAN_OVER_7,
                GAP_SEVERITY[GapKind.SPAN_OVER_7],
                assignment.posts[code].post.unit_id,
                post_code=code,
                subject={"count": count},
            )
