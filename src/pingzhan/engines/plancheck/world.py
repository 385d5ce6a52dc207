"""What the check needs to know of an instance, read from its JSON in the plainest way."""

from __future__ import annotations

import math
from typing import Any

from pingzhan.kernel.errors import Invalid


class Broken(Invalid):
    """The instance or the plan cannot be read at all."""

    code = "plan"


class World:
    """Sites, people, teams, drives and limits. ``index`` is 0 for the laboratory, then the sites in order."""

    def __init__(self, data: dict[str, Any]) -> None:
        try:
            self._read(data)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise Broken("实例的内容不全，不能核对。", place=str(error)[:80]) from error

    def _read(self, data: dict[str, Any]) -> None:
        given = data.get("params") or {}
        pool = given.get("pool") or {}
        single = pool.get("mode") == "single"
        self.rate = float(_or(given.get("rate_per_sampler_h"), 60))
        self.setup = _minutes(given.get("setup_min"), 12)
        self.stop = _minutes(given.get("lab_stop_min"), 20)
        self.age = _minutes(given.get("age_max_min"), 240)
        self.work = _minutes(given.get("max_work_min"), 0)
        self.trips = int(_or(given.get("max_trips"), 3))
        self.begin = int(_or(given.get("start"), 27_000))
        lab = data["labs"][0]
        self.lab_open, self.lab_close = int(_or(lab.get("open"), 0)), int(_or(lab.get("close"), 172_800))
        self.tubes_per_h = lab.get("tubes_per_h")
        self.run = _minutes(lab.get("run_min"), 240)
        self.sites: dict[str, int] = {}
        self.points: dict[str, int] = {}
        self.skills: dict[tuple[str, str], str] = {}
        self.cohorts: dict[tuple[str, str], dict[str, int]] = {}
        places = [_place(lab)]
        for number, site in enumerate(data["sites"], start=1):
            name = str(site["id"])
            self.sites[name], self.points[name] = number, int(_or(site.get("points"), 1000))
            places.append(_place(site))
            for one in site.get("cohorts") or []:
                size = 1 if one.get("key_group") else _or(pool.get("size"), 10)
                if int(one["persons"]):
                    self.cohorts[name, str(one["id"])] = {
                        "persons": int(one["persons"]),
                        "open": int(_or(one.get("open"), self.begin)),
                        "close": int(_or(one.get("close"), 64_800)),
                        "pool": 1 if single else int(_or(one.get("pool"), size)),
                    }
                    self.skills[name, str(one["id"])] = str(one.get("skill") or "")
        self.teams = {str(team["id"]): team for team in data["teams"]}
        self.frozen = data.get("frozen") or []
        self.slower: list[tuple[int, float]] = []
        self.couriers = _couriers(data["couriers"]) if data.get("couriers") is not None else None
        if self.couriers is not None:
            # Teams stay out until they go home: neither a stop at the laboratory nor a second trip is theirs.
            self.stop, self.trips = 0, 1
        self._drives(data.get("travel") or {}, places)

    def tested(self, begin: float, tubes: float) -> float:
        """Return when tubes begun at a moment are through; the laboratory's rate may change in between."""
        steps = [(-1.0, float(self.tubes_per_h)), *((float(at), rate) for at, rate in self.slower)]
        for number, (since, rate) in enumerate(steps):
            until = steps[number + 1][0] if number + 1 < len(steps) else math.inf
            spell = until - max(begin, since)
            if spell <= 0:
                continue
            if rate > 0 and tubes <= rate * spell / 3600:
                return max(begin, since) + tubes * 3600 / rate
            tubes -= rate * spell / 3600
        return math.inf

    def _drives(self, travel: dict[str, Any], places: list[tuple[float, float]]) -> None:
        n = len(places)
        if travel.get("matrix_s") is not None:
            self.seconds = [[round(float(v)) for v in row] for row in travel["matrix_s"]]
            metres = travel.get("matrix_m")
            self.metres = [[round(float(v)) for v in row] for row in metres] if metres else [[0] * n] * n
        else:
            speed, detour = float(_or(travel.get("speed_kmh"), 35)), float(_or(travel.get("detour"), 1.3))
            fixed, globe = float(_or(travel.get("fixed_s"), 120)), travel.get("positions") == "lonlat"
            far = _on_earth if globe else math.dist
            km = [[detour * far(a, b) for b in places] for a in places]
            self.seconds = [[round(one / speed * 3600 + fixed) for one in row] for row in km]
            self.metres = [[round(one * 1000) for one in row] for row in km]
        for i in range(n):
            self.seconds[i][i] = 0


def _couriers(given: dict[str, Any]) -> dict[str, int]:
    return {
        "drivers": int(_or(given.get("drivers"), 40)),
        "persons": int(_or(given.get("capacity_persons"), 3000)),
        "tubes": int(_or(given.get("capacity_tubes"), 0)),
        "open": int(_or(given.get("open"), 27_000)),
        "close": int(_or(given.get("close"), 82_800)),
        "pickup": _minutes(given.get("pickup_min"), 3),
    }


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _minutes(value: Any, default: float) -> int:
    return round(float(_or(value, default)) * 60)


def _place(one: dict[str, Any]) -> tuple[float, float]:
    x, y = one.get("pos") or (0.0, 0.0)
    return float(x), float(y)


def _on_earth(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance in kilometres of two points in degrees (haversine)."""
    lon1, lat1, lon2, lat2 = (math.radians(v) for v in (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))
