"""Could we switch now: what levels I to IV would find, and what else stands in the way (command.md section 12).

The same assignment and gap finders as a switch, on what is true now, without a lock and without touching a seat;
beside them what no assignment shows (queries.weak), holes of the roster, and what the notice itself left open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from pingzhan.domain.command import wording
from pingzhan.domain.command.assignment import Assignment, assign
from pingzhan.domain.command.enums import GapKind, Severity
from pingzhan.domain.command.gaps import GapRow, find_gaps
from pingzhan.domain.command.models import Activation, Gap, ReadinessRun
from pingzhan.domain.command.queries.explain import read_state
from pingzhan.domain.command.queries.loading import ZoneState, as_ruling
from pingzhan.domain.command.queries.weak import plan_gaps, standing_gaps
from pingzhan.domain.organisation import api as organisation
from pingzhan.domain.organisation.enums import FindingKind, FindingSource, FindingState
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.roster import api as roster
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import Level

COMPUTED_NOW = frozenset(
    {
        FindingKind.POST_EMPTY,
        FindingKind.CRITICAL_WITHOUT_SUBSTITUTE,
        FindingKind.TWO_CRITICAL,
        FindingKind.TWO_HEADS,
        FindingKind.HEAD_AND_MEMBER,
        FindingKind.SEGREGATION,
        FindingKind.NO_CONTACT,
        FindingKind.SPAN_OVER_7,
    }
)
"""Structure findings that are computed here from today's data: what stood at publishing may be over."""
PLACE_CHARS = 60
"""Characters of the notice quoted for a finding."""


@dataclass(frozen=True)
class LevelState:
    """What a switch to one level would find: chairs, filled ones, gaps, critical ones, critical posts empty."""

    level: int
    posts: int
    filled: int
    gaps: int
    critical: int
    missing: int


@dataclass(frozen=True)
class ReadinessFinding:
    """One thing that stands in the way: a sentence, where the notice says it, at which levels, how grave.

    ``levels`` is empty for what does not depend on the level. ``source`` is 'now' (computed), 'roster', or
    'notice' (left open by the notice, answered in the version's findings). ``link`` is given by the roster only;
    the pages know the others by kind, post and person.
    """

    key: str
    kind: str
    label: str
    severity: str
    sentence: str
    place: str = ""
    levels: tuple[int, ...] = ()
    source: str = "now"
    post_code: str = ""
    person_id: int | None = None
    link: str = ""


@dataclass(frozen=True)
class ReadinessReport:
    """The readiness of a zone at one moment."""

    version: StructureVersion
    at: datetime
    levels: tuple[LevelState, ...]
    findings: tuple[ReadinessFinding, ...]

    def count(self, severity: str) -> int:
        """Return how many findings are of this severity."""
        return sum(1 for one in self.findings if one.severity == severity)

    @property
    def kinds(self) -> dict[str, int]:
        """Return how many findings there are of each kind."""
        return dict(Counter(one.kind for one in self.findings))


@dataclass(frozen=True)
class ReadinessNote:
    """What another module adds to the readiness page: when the last drill was, which actions are open."""

    label: str
    sentence: str
    tone: str = "info"
    link: str = ""
    link_label: str = ""


NoteSource = Callable[[Unit], Iterable[ReadinessNote]]
_sources: dict[str, NoteSource] = {}


def register_readiness_source(name: str, fn: NoteSource) -> None:
    """Have ``fn(zone)`` asked for notes each time the readiness page is drawn; a few queries at most.

    ``tone`` is ok, info, warn or bad. The same name registered again replaces the former.
    """
    _sources[name] = fn


def last_night(zone: Unit) -> ReadinessRun | None:
    """Return what the readiness was last night, None before the first night."""
    return ReadinessRun.objects.filter(zone=zone, nightly=True).first()


def readiness_notes(zone: Unit) -> list[ReadinessNote]:
    """Return the notes of all sources in the order of their names."""
    return [note for _name, fn in sorted(_sources.items()) for note in fn(zone)]


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


def readiness(zone: Unit) -> ReadinessReport | None:
    """Return what a switch of the whole zone would find now at each level, and what else is weak.

    Writes nothing. None before a structure and its duties are published. About three dozen queries whatever
    the size of the zone.
    """
    state = read_state(zone, activations=[])
    if state is None or state.world.routine is None or state.routine_duties is None:
        return None
    version = StructureVersion.objects.select_related("base").get(pk=state.world.routine)
    merged: dict[str, GapRow] = {}
    at_levels: dict[str, list[int]] = {}
    levels: list[LevelState] = []
    seated: list[Assignment] = []
    for level in Level:
        one = as_if(zone, level.value, state.world.routine, state.routine_duties)
        trial = load_with(state, one)
        assignment = assign(trial.world)
        seated.append(assignment)
        rows = [_renamed(row) for row in (*find_gaps(trial, assignment), *plan_gaps(trial, assignment))]
        for row in rows:
            if row.key not in merged or _rank(row.severity) < _rank(merged[row.key].severity):
                merged[row.key] = row
            at_levels.setdefault(row.key, []).append(level.value)
        levels.append(_level(level, assignment, rows))
    for row in standing_gaps(state, seated):
        merged.setdefault(row.key, row)
    findings = [
        *_computed(zone, version, merged, at_levels),
        *_roster(zone, state.at),
        *_of_notice(version),
    ]
    findings.sort(key=lambda one: (_rank(one.severity), one.kind, one.key))
    return ReadinessReport(version, state.at, tuple(levels), tuple(findings))


def _renamed(row: GapRow) -> GapRow:
    """Say of an official whom a switch would put into the pool what readiness says: he has no post."""
    if row.kind != GapKind.PERSON_IN_POOL:
        return row
    return replace(row, key=f"{GapKind.PERSON_WITHOUT_POST}:{row.person}", kind=GapKind.PERSON_WITHOUT_POST)


def _rank(severity: str) -> int:
    return [Severity.CRITICAL, Severity.MAJOR, Severity.INFO].index(Severity(severity))


def _level(level: Level, assignment: Assignment, rows: list[GapRow]) -> LevelState:
    critical = [row for row in rows if row.severity == Severity.CRITICAL]
    missing = [row for row in critical if row.kind in (GapKind.POST_EMPTY, GapKind.COMMANDER_MISSING)]
    return LevelState(
        level.value,
        len(assignment.filled) + len(assignment.empty),
        len(assignment.filled),
        len(rows),
        len(critical),
        len(missing),
    )


def _computed(
    zone: Unit, version: StructureVersion, merged: dict[str, GapRow], at_levels: dict[str, list[int]]
) -> Iterator[ReadinessFinding]:
    rows = list(merged.values())
    lines = wording.gap_lines(as_gap(row, zone) for row in rows)
    places = organisation.places_of(version)
    for row, line in zip(rows, lines, strict=True):
        yield ReadinessFinding(
            key=row.key,
            kind=str(row.kind),
            label=str(row.kind.label),
            severity=str(row.severity),
            sentence=line.sentence,
            place=_short(places.quote(row.post_code, row.person)),
            levels=tuple(at_levels.get(row.key, ())),
            post_code=row.post_code,
            person_id=row.person,
        )


def _roster(zone: Unit, at: datetime) -> Iterator[ReadinessFinding]:
    for gap in roster.gaps(zone, at=at):
        yield ReadinessFinding(
            key=f"{GapKind.ROSTER_HOLE}:{gap.kind}:{gap.seat}:{gap.t1:%m%d%H}",
            kind=str(GapKind.ROSTER_HOLE),
            label=str(GapKind.ROSTER_HOLE.label),
            severity=str(Severity.INFO if gap.severity == "warn" else Severity.MAJOR),
            sentence=gap.sentence,
            source="roster",
            person_id=gap.person_id,
            link=gap.link,
        )


def _of_notice(version: StructureVersion) -> Iterator[ReadinessFinding]:
    """Yield what the notice itself left open, with its words: waived by name, or never answered."""
    for view in organisation.finding_views(version):
        finding = view.finding
        if finding.state not in (FindingState.OPEN, FindingState.WAIVED):
            continue
        waived = finding.state == FindingState.WAIVED
        if finding.source == FindingSource.STRUCTURE and finding.kind in COMPUTED_NOW and not waived:
            continue
        sentence = view.sentence
        if waived:
            sentence += _("（%(name)s豁免：%(reason)s）") % {
                "name": finding.answered_by_name,
                "reason": finding.reason,
            }
        words = [str(place.get("text", "")).strip() for place in finding.places[:3]]
        yield ReadinessFinding(
            key=f"notice:{finding.key}",
            kind=finding.kind,
            label=str(finding.get_kind_display()),
            severity=str(Severity.INFO) if waived else str(finding.severity),
            sentence=sentence,
            place=_short(" … ".join(word for word in words if word)),
            source="notice",
        )


def _short(text: str) -> str:
    return text if len(text) <= PLACE_CHARS else text[:PLACE_CHARS] + "…"


def load_with(state: ZoneState, activation: Activation) -> ZoneState:
    """Return the same zone as if this activation were the only one in force."""
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
