"""A plan made while the round runs: what happened, what was begun, what was given up and what became different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pingzhan.engines.plancheck.world import World

NOTICE = 900
"""Seconds by which a visit may move unannounced when the plan does not say."""


class Running:
    """What the plan says about the moment it was made; it changes the world to what holds since. Empty otherwise."""

    def __init__(self, world: World, plan: dict[str, Any]) -> None:
        self.world = world
        given: dict[str, Any] = plan.get("replan") or {}
        self.on = bool(given)
        self.at = int(given.get("at") or 0)
        self.notice = int(given.get("notice_s") or NOTICE)
        self.gone: dict[str, int] = {}
        self.loses: set[str] = set()
        self.late: dict[str, int] = {}
        self.shut: dict[str, int | None] = {}
        for change in given.get("changes") or []:
            self._apply(change)
        for team, since in self.gone.items():
            if since > self.at:
                known = world.teams[team]
                until = known.get("to")
                world.teams[team] = {**known, "to": since if until is None else min(since, int(until))}
        self.lost = given.get("lost") or []
        self.unserved = given.get("unserved") or []
        self.given_up: Counter[tuple[str, str]] = Counter()
        for one in self.unserved:
            self.given_up[str(one["site"]), str(one["cohort"])] += int(one["persons"])
        for (site, _cohort), cohort in world.cohorts.items():
            until = self.shut.get(site)
            if until is not None:
                cohort["open"] = max(cohort["open"], until)

    def _apply(self, change: dict[str, Any]) -> None:
        kind, until = change["kind"], change.get("until")
        if kind in ("team_out", "courier_lost", "team_late"):
            team = str(change["team"])
            self.gone.pop(team, None)
            self.late.pop(team, None)
            if until is not None and kind != "team_out":
                self.late[team] = int(until)
                return
            since = change.get("from")
            self.gone[team] = int(change["at"] if since is None else since)
            if kind == "courier_lost" or change.get("samples") == "lost":
                self.loses.add(team)
        elif kind == "site_closed":
            self.shut[str(change["site"])] = None if until is None else int(until)
        elif kind == "lab_slower":
            since = int(change["at"])
            self.world.slower = [one for one in self.world.slower if one[0] < since]
            self.world.slower.append((since, float(change["tubes_per_h"])))
            if until is not None:
                self.world.slower.append((int(until), float(self.world.tubes_per_h)))
        elif kind == "extra":
            key = (str(change["site"]), str(change["cohort"]))
            self.world.skills[key] = str(change.get("skill") or "")
            self.world.cohorts[key] = {
                "persons": int(change["persons"]),
                "open": int(change["at"] if change.get("open") is None else change["open"]),
                "close": int(172_800 if change.get("close") is None else change["close"]),
                "pool": int(1 if change.get("pool") is None else change["pool"]),
            }
        else:
            raise ValueError(kind)

    def ready(self, team: str, clock: int) -> int:
        """Return when a team that is free at ``clock`` can begin something new: not before it is back."""
        return max(clock, self.at, self.late.get(team, 0)) if self.on else clock

    def forbidden(self, team: str, site: str) -> Iterator[str]:
        """Yield what makes new work impossible there for that team."""
        if team in self.gone and self.gone[team] <= self.at:
            yield "out"
        if site in self.shut and self.shut[site] is None:
            yield "closed"

    def judge(
        self, plan: dict[str, Any], before: dict[str, Any] | None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what is wrong with what is given up, and with what is pinned when the plan before is known."""
        for one in self.unserved:
            if not self._hopeless(one, plan):
                yield (
                    "unserved",
                    {"site": str(one["site"]), "cohort": str(one["cohort"]), "persons": int(one["persons"])},
                )
        for one in self.lost:
            if str(one["team"]) not in self.loses:
                yield "frozen", {"team": str(one["team"]), "site": str(one["chunk"])}
        if before is None or not self.on:
            return
        old, new = _by_chunk(before), _by_chunk(plan)
        lost = {(str(one["team"]), str(one["chunk"])) for one in self.lost}
        for chunk, (team, visit, leaves, home) in old.items():
            there = new.get(chunk)
            held = there is not None and _same(there, team, visit)
            pinned = held and there is not None and bool(there[1].get("pinned"))
            if (team, chunk) in lost:
                if home <= self.at or visit["start"] >= self.at:
                    yield "frozen", {"team": team, "site": chunk}
            elif (
                visit["start"] < self.at or (leaves < self.at and not self._stopped(team, visit))
            ) and not pinned:
                yield "frozen", {"team": team, "site": chunk}
        for chunk, (team, visit, _leaves, _home) in new.items():
            was = old.get(chunk)
            if visit.get("pinned") and (
                was is None
                or not _same(was, team, visit)
                or (visit["start"] >= self.at and was[2] >= self.at)
            ):
                yield "frozen", {"team": team, "site": chunk}
        yield from self._returns(before, plan, lost)
        yield from self._stands(before, plan)

    def _returns(
        self, before: dict[str, Any], plan: dict[str, Any], lost: set[tuple[str, str]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Find drives to the laboratory that had begun and were changed, or are called done without having begun."""
        was = {
            str(trip["visits"][-1]["chunk"]): (str(team["id"]), trip)
            for team in before["teams"]
            for trip in team.get("trips") or []
            if trip.get("visits")
        }
        now = {
            str(trip["visits"][-1]["chunk"]): trip
            for team in plan["teams"]
            for trip in team.get("trips") or []
            if trip.get("visits")
        }
        for chunk, (team, trip) in was.items():
            if int(trip["visits"][-1]["end"]) >= self.at or (team, chunk) in lost:
                continue
            kept = now.get(chunk)
            if kept is None or int(kept["lab_arrive"]) != int(trip["lab_arrive"]) or not kept.get("pinned"):
                yield "frozen", {"team": team, "site": chunk}
        for team in plan["teams"]:
            for trip in team.get("trips") or []:
                if not trip.get("pinned") or str(team["id"]) in self.gone:
                    continue
                old = was.get(str(trip["visits"][-1]["chunk"]))
                if old is None or int(old[1]["visits"][-1]["end"]) >= self.at:
                    yield "frozen", {"team": str(team["id"]), "site": str(trip["visits"][-1]["chunk"])}

    def _stands(self, before: dict[str, Any], plan: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Find teams that are said to stand before a shut gate to which they were not driving."""
        old = _by_chunk(before)
        for team in plan["teams"]:
            stands = team.get("stands")
            if stands is None:
                continue
            drives = [
                visit
                for name, visit, leaves, _home in old.values()
                if name == str(team["id"])
                and str(visit["site"]) == str(stands["site"])
                and leaves < self.at <= visit["start"]
            ]
            if str(stands["site"]) not in self.shut or not any(
                int(stands["free"]) >= int(visit["arrive"]) for visit in drives
            ):
                yield "frozen", {"team": str(team["id"]), "site": str(stands["site"])}

    def _stopped(self, team: str, visit: dict[str, Any]) -> bool:
        """Return whether a team on its way may have been stopped: lost, late, or driving to a shut gate."""
        if self.gone.get(team, self.at + 1) <= self.at or self.late.get(team, 0) > self.at:
            return True
        site = str(visit["site"])
        if site not in self.shut:
            return False
        until = self.shut[site]
        return until is None or until > int(visit["start"])

    def _hopeless(self, one: dict[str, Any], plan: dict[str, Any]) -> bool:
        """Return whether the reason for giving people up is true."""
        site, reason = str(one["site"]), one.get("reason")
        cohort = self.world.cohorts[site, str(one["cohort"])]
        if reason == "site_closed":
            return site in self.shut and (self.shut[site] is None or cohort["open"] > cohort["close"])
        if reason == "window":
            return cohort["close"] < self.at
        skill = self.world.skills[site, str(one["cohort"])]
        if reason in ("no_team", "skill"):
            spent = {
                str(team["id"])
                for team in plan["teams"]
                if sum(bool(trip.get("pinned")) for trip in team.get("trips") or []) >= self.world.trips
            }
            return (reason == "no_team" or bool(skill)) and all(
                self.gone.get(team, self.at + 1) <= self.at
                or team in spent
                or (reason == "skill" and skill not in (known.get("skills") or []))
                for team, known in self.world.teams.items()
            )
        return False

    def compare(
        self, plan: dict[str, Any], before: dict[str, Any] | None
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the visits that differ from the plan before, and the sites that must be told."""
        if before is None:
            return [], []
        old, new = _by_chunk(before), _by_chunk(plan)
        changes: list[dict[str, Any]] = []
        for chunk in sorted({*old, *new}):
            was, now = old.get(chunk), new.get(chunk)
            if was and now and was[0] == now[0] and abs(was[1]["start"] - now[1]["start"]) <= self.notice:
                continue
            visit = (now or was or next(iter(old.values())))[1]
            changes.append(
                {
                    "chunk": chunk,
                    "site": str(visit["site"]),
                    "cohort": str(visit["cohort"]),
                    "persons": int(visit["persons"]),
                    "from_team": was[0] if was else None,
                    "to_team": now[0] if now else None,
                    "from_start": int(was[1]["start"]) if was else None,
                    "to_start": int(now[1]["start"]) if now else None,
                }
            )
        return changes, sorted({str(one["site"]) for one in changes})


Placed = tuple[str, dict[str, Any], int, int]
"""Team, visit, when the drive to it begins, when its trip reaches the laboratory."""


def _by_chunk(plan: dict[str, Any]) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    for team in plan["teams"]:
        for trip in team.get("trips") or []:
            leaves = int(trip["depart"])
            for visit in trip.get("visits") or []:
                found[str(visit["chunk"])] = (str(team["id"]), visit, leaves, int(trip["lab_arrive"]))
                leaves = int(visit["end"])
    return found


def _same(there: Placed, team: str, visit: dict[str, Any]) -> bool:
    return (
        there[0] == team
        and int(there[1]["start"]) == int(visit["start"])
        and int(there[1]["end"]) == int(visit["end"])
        and int(there[1]["persons"]) == int(visit["persons"])
    )
