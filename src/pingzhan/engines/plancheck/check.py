"""Computing a plan again: the times it could really have, and every rule it breaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from pingzhan.engines.plancheck.fetching import Fetching, Swabbed
from pingzhan.engines.plancheck.running import Running
from pingzhan.engines.plancheck.world import Broken, World

KINDS = (
    "missing",
    "duplicate",
    "unknown",
    "late",
    "age",
    "cooler",
    "points",
    "work",
    "hours",
    "trips",
    "lab",
    "times",
    "frozen",
    "out",
    "closed",
    "unserved",
    "skill",
    "unfetched",
    "refetched",
    "early",
    "load",
    "fleet",
    "shift",
)
"""What can be wrong: people left out or swabbed twice, something that does not exist, a window, the age of samples, a
cooler, more teams at once than a site has points, working time, a team's hours, too many trips, the laboratory's
hours, written times that nobody could keep, a committed visit that was changed; after planning again: work for a team
that is lost, at a gate that is shut, people given up without the reason that is named; a team that lacks the skill;
with drivers: samples that nobody or more than one fetches, or before swabbing has ended, more aboard than there is
room for, more drivers than there are, a driver's hours. Age and times are found of drivers too; their names then stand
as the team's."""

OF_DRIVERS = ("home", "drivers", "driver_h", "driver_km")
"""What only a plan with drivers has."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that is broken; ``persons`` whom it touches, ``seconds`` by how much where that has a meaning."""

    kind: str
    team: str = ""
    site: str = ""
    cohort: str = ""
    persons: int = 0
    seconds: int = 0


@dataclass(slots=True)
class Report:
    """What a plan is worth. ``last_lab`` and ``last_result`` are seconds from midnight; kilometres of all drives.

    ``changes`` are the visits that another team or another time has than in the plan before, ``notices`` the sites
    that must be told. With drivers ``home`` is when the last team is home, ``staff_h`` are the samplers' hours alone,
    ``driver_h`` those of the ``drivers`` and ``driver_km`` their part of the kilometres.
    """

    violations: list[Violation] = field(default_factory=list)
    last_lab: int = 0
    last_result: int = 0
    staff_h: float = 0.0
    fairness: float = 1.0
    km: float = 0.0
    persons: int = 0
    tubes: int = 0
    first_lab: int = 0
    teams_used: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    fetched: bool = False
    home: int = 0
    drivers: int = 0
    driver_h: float = 0.0
    driver_km: float = 0.0

    @property
    def ok(self) -> bool:
        """Return whether no rule is broken."""
        return not self.violations

    def as_dict(self) -> dict[str, Any]:
        """Return the shape that the command line prints."""
        hidden = ("violations", "changes", "notices", "fetched", *(() if self.fetched else OF_DRIVERS))
        score = {key: value for key, value in asdict(self).items() if key not in hidden}
        counts = Counter(one.kind for one in self.violations)
        return {
            "ok": self.ok,
            "score": score,
            "counts": dict(sorted(counts.items())),
            "violations": [asdict(one) for one in self.violations],
        }


@dataclass(slots=True)
class _Stop:
    team: str
    site: str
    start: int
    end: int


def check(instance: dict[str, Any], plan: dict[str, Any], before: dict[str, Any] | None = None) -> Report:
    """Return what a plan is worth. Raises Broken when the texts cannot be read as instance and plan.

    Each team's visits are taken in the plan's order and as early as possible. The age of a trip is counted from the
    latest first swab that makes nothing later, as a team would wait before swabbing and not after it. In a plan made
    while the round runs, pinned visits are facts; with ``before``, the plan that held until then, it is checked that
    they are those of that plan and all that were begun. Where the instance has ``couriers``, teams go home once, and
    the age is that of what the drivers bring in, counted from the first swab of each visit.
    """
    world, report = World(instance), Report()
    stops: list[_Stop] = []
    arrivals: list[tuple[int, int]] = []
    done: Counter[tuple[str, str]] = Counter()
    works: list[int] = []
    visits: list[Swabbed] = []
    try:
        running = Running(world, plan)
        for team in plan["teams"]:
            _Team(world, report, team, running).go(stops, arrivals, done, works, visits)
        if world.couriers is not None:
            arrivals = _fetched(world, report, plan, arrivals, visits)
        _committed(world, plan, report)
        for kind, more in running.judge(plan, before):
            report.violations.append(Violation(kind, **more))
        report.changes, report.notices = running.compare(plan, before)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Broken("计划的内容不全，不能核对。", place=str(error)[:80]) from error
    for key, cohort in world.cohorts.items():
        gap = cohort["persons"] - done[key] - running.given_up[key]
        if gap:
            kind = "missing" if gap > 0 else "duplicate"
            report.violations.append(Violation(kind, site=key[0], cohort=key[1], persons=abs(gap)))
    _crowded(world, stops, report)
    report.persons = sum(done.values())
    report.last_lab = max((at for at, _tubes in arrivals), default=0)
    report.first_lab = min((at for at, _tubes in arrivals), default=0)
    report.tubes = sum(tubes for _at, tubes in arrivals)
    report.teams_used = len(works)
    if works:
        report.fairness = round(max(works) / (sum(works) / len(works)), 4)
    report.staff_h, report.km = round(report.staff_h, 3), round(report.km, 3)
    report.last_result = _results(world, arrivals, report)
    return report


class _Team:
    """One team walking through its plan."""

    def __init__(self, world: World, report: Report, plan: dict[str, Any], running: Running) -> None:
        self.running, self.stands = running, plan.get("stands")
        self.world, self.report, self.plan = world, report, plan
        self.id = str(plan["id"])
        self.known = world.teams.get(self.id)

    def say(self, kind: str, **more: Any) -> None:
        self.report.violations.append(Violation(kind, team=self.id, **more))

    def go(
        self,
        stops: list[_Stop],
        arrivals: list[tuple[int, int]],
        done: Counter[tuple[str, str]],
        works: list[int],
        visits: list[Swabbed],
    ) -> None:
        world = self.world
        if self.known is None:
            self.say("unknown")
            return
        heads = int(self.known["samplers"])
        clock = max(world.begin, int(self.known.get("from") or 0))
        left: int | None = None
        trips = [trip for trip in self.plan.get("trips") or [] if trip.get("visits")]
        home = clock
        for trip in trips:
            here, chain, tubes, pinned = 0, [], 0, None
            for visit in trip["visits"]:
                key = (str(visit["site"]), str(visit["cohort"]))
                cohort = world.cohorts.get(key)
                if cohort is None:
                    self.say("unknown", site=key[0], cohort=key[1])
                    continue
                there, persons = world.sites[key[0]], int(visit["persons"])
                if visit.get("pinned"):
                    begin, end = int(visit["start"]), int(visit["end"])
                    if left is None:
                        left = int(trips[0]["depart"])
                    chain.append((begin, end - begin, begin, 0))
                    stops.append(_Stop(self.id, key[0], begin, end))
                    self.report.km += world.metres[here][there] / 1000
                    clock, here, pinned = end, there, begin if pinned is None else pinned
                    tubes += -(-persons // cohort["pool"])
                    done[key] += persons
                    continue
                clock, here, left = self._ready(trip, clock, here, left)
                for kind in self.running.forbidden(self.id, key[0]):
                    self.say(kind, site=key[0], cohort=key[1], persons=persons)
                skill = world.skills[key]
                if skill and skill not in (self.known.get("skills") or []):
                    self.say("skill", site=key[0], cohort=key[1], persons=persons)
                lead = 0 if there == here else world.seconds[here][there] + world.setup
                self.report.km += world.metres[here][there] / 1000
                if left is None:
                    left = clock = max(clock, cohort["open"] - lead)
                begin = max(clock + lead, cohort["open"])
                if begin > cohort["close"]:
                    self.say(
                        "late",
                        site=key[0],
                        cohort=key[1],
                        persons=persons,
                        seconds=begin - cohort["close"],
                    )
                spent = round(persons * 3600 / (world.rate * heads))
                chain.append((begin, spent, cohort["close"], lead))
                stops.append(_Stop(self.id, key[0], begin, begin + spent))
                self._written(visit, begin, spent, cohort)
                if world.couriers is not None:
                    visits.append(self._swabbed(visit, key, begin, spent, cohort))
                clock, here = begin + spent, there
                tubes += -(-persons // cohort["pool"])
                done[key] += persons
            if not chain:
                continue
            home = clock + world.seconds[here][0]
            if trip.get("pinned"):
                home = max(home, int(trip["lab_arrive"]))
            elif pinned is not None:
                clock, here, left = self._ready(trip, clock, here, left)
                home = clock + world.seconds[here][0]
            self.report.km += world.metres[here][0] / 1000
            cooler = int(self.known.get("cooler_tubes") or 0)
            if world.couriers is None:
                self._aged(chain, clock, home, pinned)
            if cooler and tubes > cooler and world.couriers is None:
                self.say("cooler", persons=tubes - cooler)
            arrivals.append((home, tubes))
            clock = home + world.stop
        if left is None:
            return
        works.append(home - left)
        self.report.staff_h += heads * (home - left) / 3600
        if len(trips) > world.trips:
            self.say("trips", persons=len(trips) - world.trips)
        if world.work and home - left > world.work:
            self.say("work", seconds=home - left - world.work)
        until = self.known.get("to")
        if until is not None and home > int(until):
            self.say("hours", seconds=home - int(until))

    def _swabbed(
        self, visit: dict[str, Any], key: tuple[str, str], begin: int, spent: int, cohort: dict[str, int]
    ) -> Swabbed:
        """Return what is to be fetched: as old as it can be, and not ready before the written end."""
        persons = int(visit["persons"])
        end = max(begin + spent, int(visit.get("end") or 0))
        return Swabbed(self.id, str(visit["chunk"]), *key, persons, -(-persons // cohort["pool"]), begin, end)

    def _ready(
        self, trip: dict[str, Any], clock: int, here: int, left: int | None
    ) -> tuple[int, int, int | None]:
        """Return when and where the team is free for something new; before a shut gate when it was driving to one."""
        if self.stands is not None:
            clock, here = max(clock, int(self.stands["free"])), self.world.sites[str(self.stands["site"])]
            left, self.stands = (int(trip["depart"]) if left is None else left), None
        return self.running.ready(self.id, clock), here, left

    def _aged(self, chain: list[tuple[int, int, int, int]], end: int, home: int, pinned: int | None) -> None:
        first = end
        for begin, spent, close, lead in reversed(chain):
            first = max(begin, min(end - spent, max(close, begin)))
            end = first - lead
        if pinned is not None:
            first = min(first, pinned)
        if home - first > self.world.age + 1:
            self.say("age", seconds=home - first - self.world.age)

    def _written(self, visit: dict[str, Any], begin: int, spent: int, cohort: dict[str, int]) -> None:
        """Compare the written times with what is possible: not earlier, not after the window, as long as it takes."""
        if visit.get("start") is None:
            return
        start, end = int(visit["start"]), int(visit.get("end") or int(visit["start"]) + spent)
        early, short = begin - start, spent - (end - start)
        if early > 1 or short > 1 or (start > cohort["close"] and begin <= cohort["close"]):
            self.say(
                "times",
                site=str(visit["site"]),
                cohort=str(visit["cohort"]),
                seconds=max(early, short, start - cohort["close"]),
            )


def _fetched(
    world: World,
    report: Report,
    plan: dict[str, Any],
    homes: list[tuple[int, int]],
    visits: list[Swabbed],
) -> list[tuple[int, int]]:
    """Check the drivers; return what they bring to the laboratory. The teams come home without samples."""
    drivers = Fetching(world, plan, visits)
    report.violations += [Violation(kind, **more) for kind, more in drivers.violations]
    report.fetched, report.home = True, max((at for at, _tubes in homes), default=0)
    report.drivers, report.driver_h = drivers.used, round(drivers.hours, 3)
    report.driver_km = round(drivers.km, 3)
    report.km += drivers.km
    return drivers.arrivals


def _crowded(world: World, stops: list[_Stop], report: Report) -> None:
    """Find sites where more teams swab at the same time than there are points; one violation for each site."""
    by_site: dict[str, list[_Stop]] = {}
    for stop in stops:
        by_site.setdefault(stop.site, []).append(stop)
    for site, there in by_site.items():
        if len(there) <= world.points[site]:
            continue
        events = sorted([(one.start, 1) for one in there] + [(one.end, -1) for one in there])
        now = most = 0
        for _at, change in events:
            now += change
            most = max(most, now)
        if most > world.points[site]:
            report.violations.append(Violation("points", site=site, persons=most - world.points[site]))


def _results(world: World, arrivals: list[tuple[int, int]], report: Report) -> int:
    """Return when the last result is there; the laboratory takes tubes in the order in which they come."""
    if not arrivals:
        return 0
    last = max(at for at, _tubes in arrivals)
    if last > world.lab_close:
        report.violations.append(Violation("lab", seconds=last - world.lab_close))
    if world.tubes_per_h is None:
        return last + world.run
    busy = float(world.lab_open)
    for at, tubes in sorted(arrivals):
        busy = world.tested(max(busy, at), tubes)
    return round(busy + world.run)


def _committed(world: World, plan: dict[str, Any], report: Report) -> None:
    """Find committed visits that the plan gives to another team or another time."""
    written = {
        (str(team["id"]), str(visit.get("chunk"))): visit
        for team in plan["teams"]
        for trip in team.get("trips") or []
        for visit in trip.get("visits") or []
    }
    for one in world.frozen:
        visit = written.get((str(one["team"]), str(one["visit"])))
        if visit is None or abs(int(visit["start"]) - int(one["start"])) > 1:
            report.violations.append(Violation("frozen", team=str(one["team"]), site=str(one["visit"])))
