"""What the page shows of a day: lines by urgency, what changed since yesterday, what comes tomorrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.enums import Evidence, Party, Phase
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.api import Due
from pingzhan.domain.obligations.enums import Source, State
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.levels import Level
from pingzhan.pages.company.today.words import VALUES, declared

SOON = timedelta(hours=1)
"""What is due within this time is marked."""
NEAR = timedelta(hours=24)
"""What happened (an order came, somebody fell ill) and is due within this time is to be done now, not tomorrow."""
REPORTS = (Evidence.ZERO_REPORT, Evidence.PRODUCTION)
"""Reports to the zone: when they change, it is said at once, as the parameters are."""
MINUTES = 24 * 60
"""Slots below are periods of a day: one before a shift that begins with tomorrow is work of today."""
RING = 100
"""Length of the whole ring, in the units of its dashes."""


@dataclass
class Line:
    """Obligations that one piece of work meets: of one kind of evidence, due at one time, of one subject."""

    evidence: str
    due_at: datetime
    state: str
    duties: list[Due] = field(default_factory=list)
    address: str = ""
    taps: bool = False
    soon: bool = False
    opens: datetime | None = None
    more: list[tuple[datetime | None, datetime]] = field(default_factory=list)
    sets: Mapping[int, str] = field(default_factory=dict)

    @property
    def versions(self) -> list[str]:
        """Return the versions of the sets that demand it, each once; one no longer in force by its kept name."""
        names = (self.sets.get(one.version, one.version_name) for one in self.duties)
        return list(dict.fromkeys(name for name in names if name))

    @property
    def label(self) -> str:
        """Return what kind of work it is."""
        return kind_of_work(self.evidence)

    @property
    def declares(self) -> str:
        """Return what a tap declares."""
        return declared(self.evidence)

    @property
    def counted(self) -> Due | None:
        """Return the one whose progress is counted in persons or pieces."""
        return next((one for one in self.duties if one.expected), None)

    @property
    def added(self) -> str:
        """Return by which change of posture it came, empty for what is demanded every day."""
        one = self.duties[0]
        if one.source != Source.SWITCH:
            return ""
        if one.level is None:
            return _("因解除战时恢复")
        return _("因转为战时%(level)s级新增") % {"level": Level(one.level).sign}


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise than it was: a parameter, how often something is due, or whether it is at all.

    ``main`` ones are shown, the others folded.
    """

    title: str
    was: str
    now: str
    unverified: bool = False
    main: bool = True


@dataclass(frozen=True)
class Section:
    """Lines of one urgency."""

    key: str
    title: str
    lines: list[Line]


@dataclass(frozen=True)
class Day:
    """A day of an enterprise. ``done`` and ``total`` count the obligations due today or late."""

    sections: list[Section]
    finished: list[Line]
    quick: list[Line]
    done: int
    total: int
    late: int
    changes: list[Change]
    state: measures.InForce
    tests: str
    test_due: Due | None
    tomorrow: list[Change]
    now: datetime

    @property
    def main_changes(self) -> list[Change]:
        """Return the changes that are shown."""
        return [one for one in self.changes if one.main]

    @property
    def other_changes(self) -> list[Change]:
        """Return the changes that are folded."""
        return [one for one in self.changes if not one.main]

    @property
    def sets(self) -> list[tuple[measures.VersionNow, str]]:
        """Return the versions in force, and in which phase each holds here."""
        return [(one, str(Phase(one.phase).label)) for one in self.state.set_versions]

    @property
    def dash(self) -> str:
        """Return the dash of the ring: how much of it is drawn."""
        share = RING if not self.total else round(RING * self.done / self.total)
        return f"{share} {RING - share}"

    @property
    def level(self) -> Level | None:
        """Return the level in force, None in routine."""
        return Level(self.state.level) if self.state.level else None


def kind_of_work(evidence: str) -> str:
    """Return what a kind of evidence is called; the key itself when it is none of this release."""
    return str(Evidence(evidence).label) if evidence in Evidence.values else evidence


def day_of(unit: Unit) -> Day:
    """Return the day of an enterprise: first what is due is made if nobody did, then it is read."""
    dues = obligations.today(unit.pk)
    now, today = obligations.business_now()
    state = measures.in_force(unit)
    late, current, soon, later, finished = [], [], [], [], []
    for one in dues:
        if not one.is_waiting:
            finished.append(one)
        elif one.state == State.LATE:
            late.append(one)
        elif one.day > today and not 0 <= one.slot < MINUTES and not is_near(one, now):
            later.append(one)
        elif one.period[0] > now:
            soon.append(one)
        else:
            current.append(one)
    sections = [
        Section("late", _("逾期"), lines_of(late, unit.pk, now, today)),
        Section("now", _("现在要办"), lines_of(current, unit.pk, now, today)),
        Section("soon", _("今天稍后"), folded(lines_of(soon, unit.pk, now, today))),
        Section("later", _("以后到期"), lines_of(later, unit.pk, now, today)),
    ]
    done = lines_of(finished, unit.pk, now, today)
    sets = {
        one.version_id: _("%(title)s第 %(n)d 版") % {"title": one.label, "n": one.n}
        for one in state.set_versions
    }
    for line in (*done, *(line for section in sections for line in section.lines)):
        line.sets = sets
    counted = [one for one in dues if one.state == State.DONE and (one.day <= today or is_near(one, now))]
    tests = [
        one for one in state.measures if one.evidence == Evidence.TEST_ROUND and one.party == Party.INDIVIDUAL
    ]
    rounds = next(
        (one for one in tests if isinstance(one.cadence, measures.PerWeek)), next(iter(tests), None)
    )
    return Day(
        sections=[one for one in sections if one.lines],
        finished=done,
        quick=quick_of([*sections[0].lines, *sections[1].lines]),
        done=len(counted),
        total=len(counted) + len(late) + len(current) + len(soon),
        late=len(late),
        changes=changes_of(unit, state, dues, now),
        state=state,
        tests=measures.cadence_words(rounds.cadence) if rounds is not None else "",
        test_due=next((one for one in dues if rounds and one.measure == rounds.key and one.is_waiting), None),
        tomorrow=tomorrow_of(state, dues),
        now=now,
    )


def is_near(one: Due, now: datetime) -> bool:
    """Return whether an event brought it about that is to be answered soon, on whichever business day it is due."""
    return one.slot < 0 and one.due_at <= now + NEAR


def lines_of(dues: Iterable[Due], unit_id: int, now: datetime, today: date) -> list[Line]:
    """Put together what one piece of work meets, in the given order."""
    found: dict[tuple[Any, ...], Line] = {}
    for one in dues:
        key = (one.evidence, one.due_at, one.state, one.subject_id if one.slot < 0 else 0)
        line = found.get(key)
        if line is None:
            line = found[key] = Line(one.evidence, one.due_at, one.state)
            form = obligations.form_of(one.evidence)
            if form is not None:
                line.address = reverse(form.view_name, args=[unit_id])
                if one.is_waiting and one.slot >= 0 and one.period[1] <= now and one.day < today:
                    # What a former day went without is registered on that day's page, where there is one.
                    line.address += f"?day={one.day:%Y-%m-%d}"
                runs = one.period[0] <= now < one.period[1]
                line.taps = one.is_waiting and form.one_tap is not None and runs and one.slot >= 0
            line.soon = one.is_waiting and now <= one.due_at < now + SOON
            line.opens = one.period[0] if one.period[0] > now else None
        line.duties.append(one)
    return list(found.values())


def folded(lines: Sequence[Line]) -> list[Line]:
    """Return one line for each kind of evidence, with all times at which its work begins, the first first."""
    found: dict[str, Line] = {}
    for line in lines:
        first = found.setdefault(line.evidence, line)
        if line is not first:
            known = {one.measure for one in first.duties}
            first.duties += [one for one in line.duties if one.measure not in known]
            first.more.append((line.opens, line.due_at))
    return list(found.values())


def quick_of(lines: Sequence[Line]) -> list[Line]:
    """Return one line for each kind of evidence that one tap closes now."""
    found: dict[str, Line] = {}
    for line in lines:
        if line.taps:
            found.setdefault(line.evidence, line)
    return list(found.values())


def changes_of(unit: Unit, state: measures.InForce, dues: Sequence[Due], now: datetime) -> list[Change]:
    """Return what holds now and held otherwise a day ago, or when sets first came in force if that is later."""
    if not state.set_versions:
        return []
    before = max(now - timedelta(days=1), min(one.since for one in state.set_versions))
    was = measures.in_force(unit, before)
    found = []
    for key, one in state.parameters.items():
        old = was.parameters.get(key)
        if old is not None and old.value != one.value:
            found.append(Change(one.label, value(key, old), value(key, one), not one.verified))
    mine = {one.measure for one in dues}
    hazards = {one.hazard for one in was.set_versions}
    old_measures = {one.key: one for one in was.measures}
    for row in state.measures:
        if (
            row.party not in (Party.EMPLOYER, Party.INDIVIDUAL)
            or row.key not in mine
            or row.hazard not in hazards
        ):
            continue
        former = old_measures.get(row.key)
        said = measures.cadence_words(row.cadence)
        if former is None or former.cadence != row.cadence:
            before_it = measures.cadence_words(former.cadence) if former is not None else _("没有这项要求")
            found.append(Change(row.label, before_it, said, main=row.evidence in REPORTS))
    return found


def value(key: str, one: measures.ParameterNow) -> str:
    """Return the value of a parameter in words."""
    words = VALUES.get(key, {})
    return str(words.get(str(one.value), measures.value_words(one.value, one.unit)))


def tomorrow_of(state: measures.InForce, dues: Sequence[Due]) -> list[Change]:
    """Return what every day brings, of the measures that concern this enterprise, one line for a kind of work."""
    mine = {one.measure for one in dues}
    found: dict[tuple[str, str], Change] = {}
    for one in state.measures:
        daily = isinstance(one.cadence, measures.Slots | measures.ShiftEnds) or one.cadence == measures.Every(
            1
        )
        if daily and one.key in mine and not one.workdays:
            label, said = kind_of_work(one.evidence), measures.cadence_words(one.cadence)
            found.setdefault((label, said), Change(label, "", said))
    return list(found.values())
