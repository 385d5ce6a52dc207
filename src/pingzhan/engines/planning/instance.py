"""The question: who is to be swabbed where and when, by which teams, for which laboratory.

Times are whole seconds from local midnight, durations in parameters are minutes as people write them. Identifiers are
opaque texts. Version 1 of the JSON is fixed: a field is added, never changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pingzhan.engines.planning.errors import PlanningError
from pingzhan.engines.planning.fields import Fields
from pingzhan.engines.planning.travel import Travel, read_travel

VERSION = 1
DAY = 24 * 3600
START = 7 * 3600 + 1800
"""Teams leave the base at 07:30 unless the instance says otherwise."""
MODES = ("swab", "lab", "single")


@dataclass(frozen=True, slots=True)
class Params:
    """How work is done. ``rate`` is persons an hour and sampler; the others are seconds or counts.

    ``max_work`` is the longest time from leaving the base to the last return, 0 for no limit. The defaults are those
    of the planning reference: 60 persons an hour, 12 minutes of set-up, 20 minutes at the laboratory, four hours from
    the first swab to the laboratory (a setting of the health authority).
    """

    rate: float = 60.0
    setup: int = 720
    lab_stop: int = 1200
    age_max: int = 14_400
    max_work: int = 0
    max_trips: int = 3
    start: int = START
    chunk_max: int = 240
    chunk_keep: int = 300
    pool: int = 10
    mode: str = "swab"

    def swabbing(self, persons: int, samplers: int) -> int:
        """Return the seconds that ``samplers`` need for ``persons``."""
        return round(persons * 3600 / (self.rate * samplers))


@dataclass(frozen=True, slots=True)
class Lab:
    """A laboratory: ``tubes_per_h`` is its throughput, None when it is no limit; ``run`` from start to result.

    ``slower`` are (from, tubes an hour) by which its throughput has changed while the round runs, in order.
    """

    id: str
    pos: tuple[float, float]
    open: int
    close: int
    tubes_per_h: float | None
    run: int
    slower: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Cohort:
    """People of one site who can come between ``open`` and ``close``; ``pool`` people share a tube.

    ``priority`` above 0 wants their samples at the laboratory early, ``key_group`` means one person a tube unless
    the pool is written, ``skill`` is what a team must have that swabs them.
    """

    id: str
    persons: int
    open: int
    close: int
    pool: int
    priority: int = 0
    key_group: str = ""
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A place of sampling with ``points`` at which teams can work at the same time."""

    id: str
    pos: tuple[float, float]
    points: int
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its samplers; works from ``from_`` to ``to``; carries at most ``cooler_tubes`` (0: no limit)."""

    id: str
    samplers: int
    from_: int
    to: int
    cooler_tubes: int = 0
    skills: tuple[str, ...] = ()
    start_pos: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Couriers:
    """Drivers who fetch the samples of every visit, so that teams need not go to the laboratory: a scenario.

    There are ``drivers`` of them, each with room for ``persons`` samples and ``tubes`` (0: no limit), on the road from
    ``open`` to ``close``; taking over a visit's samples lasts ``pickup`` seconds. ``fixed`` is what one driver more
    costs, in units of 10 m; 0 means that all of them may be used. Visits of a team one after another at a place are
    fetched together up to ``join`` persons. The defaults are those of the planning reference.
    """

    drivers: int = 40
    persons: int = 3000
    tubes: int = 0
    fixed: int = 20_000
    open: int = START
    close: int = 23 * 3600
    pickup: int = 180
    join: int = 300


@dataclass(frozen=True, slots=True)
class Frozen:
    """A visit that is already under way or done: what a new plan may not touch."""

    team: str
    chunk: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A round to be planned. ``budget`` is ("iterations", n), which is repeatable, or ("cpu_s", seconds).

    With ``couriers`` the age limit binds them and not the teams' trips.
    """

    id: str
    date: str
    seed: int
    budget: tuple[str, float]
    params: Params
    lab: Lab
    sites: tuple[Site, ...]
    teams: tuple[Team, ...]
    travel: Travel
    frozen: tuple[Frozen, ...] = ()
    couriers: Couriers | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def persons(self) -> int:
        """Return everybody to be swabbed."""
        return sum(cohort.persons for site in self.sites for cohort in site.cohorts)

    @property
    def samplers(self) -> int:
        """Return all samplers."""
        return sum(team.samplers for team in self.teams)

    def digest(self) -> str:
        """Return the SHA-256 of the question without its seed and budget, as an audit compares it."""
        plain = {key: value for key, value in self.raw.items() if key != "round"}
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def read_instance(data: Any) -> Instance:
    """Return the instance that JSON data describes. Raises PlanningError with the path of the first wrong field."""
    top = Fields(data)
    if top.whole("version", VERSION) != VERSION:
        raise PlanningError(f"只认得第 {VERSION} 版的格式。", place="version")
    round_, params = top.child("round"), _params(top.child("params"))
    lab = _lab(top)
    sites = tuple(_site(one, params) for one in top.rows("sites", needed=True))
    teams = tuple(_team(one, lab) for one in top.rows("teams", needed=True))
    _unique("sites", [site.id for site in sites])
    _unique("teams", [team.id for team in teams])
    if not any(site.cohorts for site in sites):
        raise PlanningError("没有要采样的人。", place="sites")
    for n, site in enumerate(sites):
        for cohort in site.cohorts:
            if cohort.skill and not any(cohort.skill in team.skills for team in teams):
                raise PlanningError(
                    f"没有哪个队有专长 {cohort.skill}。",
                    place=f"sites[{n}].cohorts",
                    hint="请给能做的队写上 skills。",
                )
    travel = read_travel(top.child("travel"), [lab.pos, *(site.pos for site in sites)])
    return Instance(
        id=round_.text("id", "round"),
        date=round_.text("date", ""),
        seed=round_.whole("seed", 1),
        budget=_budget(round_.child("budget")),
        params=params,
        lab=lab,
        sites=sites,
        teams=teams,
        travel=travel,
        frozen=tuple(_frozen(one) for one in top.rows("frozen")),
        couriers=_couriers(top.child("couriers")) if top.has("couriers") else None,
        raw=top.data,
    )


def _params(one: Fields) -> Params:
    plain, pool = Params(), one.child("pool")
    mode = pool.text("mode", plain.mode)
    if mode not in MODES:
        raise PlanningError(
            "混采方式是 swab（混采）、lab（实验室混检）或 single（单采）。", place=pool.at("mode")
        )
    return Params(
        rate=one.number("rate_per_sampler_h", plain.rate, least=1, most=1000),
        setup=_seconds(one, "setup_min", plain.setup),
        lab_stop=_seconds(one, "lab_stop_min", plain.lab_stop),
        age_max=_seconds(one, "age_max_min", plain.age_max, least=1),
        max_work=_seconds(one, "max_work_min", plain.max_work),
        max_trips=one.whole("max_trips", plain.max_trips, least=1, most=20),
        start=one.whole("start", plain.start, most=DAY),
        chunk_max=one.whole("chunk_max", plain.chunk_max, least=1),
        chunk_keep=one.whole("chunk_keep", plain.chunk_keep, least=1),
        pool=1 if mode == "single" else pool.whole("size", plain.pool, least=1, most=100),
        mode=mode,
    )


def _seconds(one: Fields, key: str, default: int, *, least: float = 0) -> int:
    return round(one.number(key, default / 60, least=least, most=7 * 24 * 60) * 60)


def _budget(one: Fields) -> tuple[str, float]:
    if one.has("iterations"):
        return ("iterations", one.whole("iterations", least=1))
    return ("cpu_s", one.number("cpu_s", 5.0, least=0.1, most=86_400))


def _lab(top: Fields) -> Lab:
    labs = list(top.rows("labs", needed=True))
    if len(labs) > 1:
        raise PlanningError(
            "一次计划只能送一个实验室。", place="labs[1]", hint="请按实验室把场所分成几个批次，各做一份计划。"
        )
    one = labs[0]
    lab = Lab(
        id=one.text("id", "lab"),
        pos=one.pair("pos", (0.0, 0.0)),
        open=one.whole("open", 0, most=7 * DAY),
        close=one.whole("close", 2 * DAY, most=7 * DAY),
        tubes_per_h=one.number("tubes_per_h", least=0.001) if one.has("tubes_per_h") else None,
        run=_seconds(one, "run_min", 240 * 60),
    )
    if lab.close <= lab.open:
        raise PlanningError("关门要晚于开门。", place=one.at("close"))
    return lab


def _site(one: Fields, params: Params) -> Site:
    cohorts = []
    for row in one.rows("cohorts"):
        persons, key_group = row.whole("persons", most=1_000_000), row.text("key_group", "")
        cohort = Cohort(
            id=row.text("id"),
            persons=persons,
            open=row.whole("open", params.start, most=2 * DAY),
            close=row.whole("close", 18 * 3600, most=2 * DAY),
            pool=1
            if params.mode == "single"
            else row.whole("pool", 1 if key_group else params.pool, least=1, most=100),
            priority=row.whole("priority", 0, most=100),
            key_group=key_group,
            skill=row.text("skill", ""),
        )
        if cohort.close < cohort.open:
            raise PlanningError("最晚开始不能早于最早开始。", place=row.at("close"))
        if persons:
            cohorts.append(cohort)
    _unique(one.at("cohorts"), [cohort.id for cohort in cohorts])
    return Site(
        one.text("id"),
        one.pair("pos", (0.0, 0.0)),
        one.whole("points", 1_000, least=1, most=1_000),
        tuple(cohorts),
    )


def _team(one: Fields, lab: Lab) -> Team:
    team = Team(
        id=one.text("id"),
        samplers=one.whole("samplers", least=1, most=100),
        from_=one.whole("from", 0, most=2 * DAY),
        to=one.whole("to", 2 * DAY, most=7 * DAY),
        cooler_tubes=one.whole("cooler_tubes", 0),
        skills=one.texts("skills"),
        start_pos=one.pair("start_pos", None),
    )
    if team.to <= team.from_:
        raise PlanningError("收工要晚于出工。", place=one.at("to"))
    if team.start_pos not in (None, lab.pos):
        raise PlanningError("各队都从实验室出发，不能写别的起点。", place=one.at("start_pos"))
    return team


def _couriers(one: Fields) -> Couriers:
    plain = Couriers()
    found = Couriers(
        drivers=one.whole("drivers", plain.drivers, least=1, most=1000),
        persons=one.whole("capacity_persons", plain.persons),
        tubes=one.whole("capacity_tubes", plain.tubes),
        fixed=one.whole("fixed_cost", plain.fixed, most=10_000_000),
        open=one.whole("open", plain.open, most=2 * DAY),
        close=one.whole("close", plain.close, most=7 * DAY),
        pickup=_seconds(one, "pickup_min", plain.pickup),
        join=one.whole("join_persons", plain.join),
    )
    if found.close <= found.open:
        raise PlanningError("收工要晚于出工。", place=one.at("close"))
    return found


def _frozen(one: Fields) -> Frozen:
    return Frozen(
        one.text("team"), one.text("visit"), one.whole("start", most=7 * DAY), one.whole("end", most=7 * DAY)
    )


def _unique(path: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for n, one in enumerate(ids):
        if one in seen:
            raise PlanningError(f"编号 {one} 出现了两次。", place=f"{path}[{n}].id")
        seen.add(one)
