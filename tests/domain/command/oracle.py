"""Who should sit where and what is missing: the slow way, from command.md sections 6, 7 and 22 and ADR 0037.

It shares no code with the product and looks at plain dictionaries only.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pingzhan.domain.command.dutyset import templates

ROUTINE = 9
FUNCTION = {"lead": "leading", "coordination": "coordination", "response": "response"}
CLASS_BASE = 1_000

Seats = dict[tuple[str, int], tuple[int, str, frozenset[str]]]


@dataclass
class Model:
    """The state as the oracle sees it; a post's holders are (seat, rank, person or rule, from, until)."""

    posts: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)  # version -> code -> post
    routine: int = 0
    active: list[dict[str, Any]] = field(default_factory=list)
    absent: set[int] = field(default_factory=set)
    retired: set[int] = field(default_factory=set)
    unreachable: set[int] = field(default_factory=set)
    refused: set[tuple[str, str, int, int]] = field(default_factory=set)
    overrides: dict[tuple[str, str, int], int] = field(default_factory=dict)
    responsible: dict[str, dict[str, dict[int, int]]] = field(default_factory=dict)
    """Rule -> unit path -> rank -> person."""
    single: set[str] = field(default_factory=set)
    """Paths of enterprises and sites: a rule on them ranks their own officials for one seat."""
    officials: list[int] = field(default_factory=list)
    zone: str = ""


def ruling(model: Model, path: str) -> dict[str, Any] | None:
    """The gravest order on the path or above, the newest on a tie."""
    over = [one for one in model.active if path.startswith(one["path"])]
    return min(over, key=lambda one: (one["level"], -one["order"])) if over else None


def duty_codes(post: dict[str, Any], level: int) -> frozenset[str]:
    """The duties of a post at a level."""
    function = FUNCTION.get(post["group"])
    if function is None:
        return frozenset(f"{post['group']}.{'r' if level == ROUTINE else 'e'}{n}" for n in (1, 2))
    posture = "routine" if level == ROUTINE else "emergency"
    return frozenset(
        one.code
        for one in templates()
        if one.function == function
        and one.posture == posture
        and one.role in ("", post["role"])
        and (level == ROUTINE or level <= one.level_at_least)
    )


def _wanted(model: Model) -> dict[str, tuple[tuple[int, int], dict[str, Any], int, str]]:
    wanted: dict[str, tuple[tuple[int, int], dict[str, Any], int, str]] = {}
    for version, posts in model.posts.items():
        for code, post in posts.items():
            one = ruling(model, post["path"])
            if one is None:
                if version != model.routine or post["posture"] == "emergency":
                    continue
                entry = ((ROUTINE, 0), post, ROUTINE, f"s{version}")
            else:
                if version != one["version"] or post["posture"] == "routine" or one["level"] > post["level"]:
                    continue
                entry = ((one["level"], -one["order"]), post, one["level"], one["run"])
            if code not in wanted or entry[0] < wanted[code][0]:
                wanted[code] = entry
    return wanted


def _ranked(model: Model, post: dict[str, Any], at: datetime) -> dict[int, list[tuple[int, int, bool]]]:
    """Seat -> (rank, person, in term): names first, then rules; nobody twice on one post."""
    found: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    seen: set[int] = set()
    for seat_no, rank, who, t0, t1 in post["holders"]:
        if isinstance(who, int):
            seen.add(who)
            found[seat_no].append((rank, who, (t0 is None or t0 <= at) and (t1 is None or at < t1)))
    for seat_no, rank, who, _t0, _t1 in post["holders"]:
        if isinstance(who, int):
            continue
        register = model.responsible[who]
        if post["path"] in model.single:
            people = register.get(post["path"], {})
            serving = [people[n] for n in sorted(people) if people[n] not in model.retired]
            for n, person in enumerate(serving):
                if person not in seen:
                    seen.add(person)
                    found[seat_no].append((rank + n, person, True))
        else:
            for path, people in sorted(register.items()):
                person = people.get(0, 0)
                if path.startswith(post["path"]) and person and person not in seen | model.retired:
                    seen.add(person)
                    found[CLASS_BASE + person].append((rank, person, True))
    return found


def expected(model: Model, at: datetime) -> tuple[Seats, set[str]]:
    """Return the seats by post and number as (person, posture, duty codes), and the keys of the gaps."""
    wanted = _wanted(model)
    seats: Seats = {}
    gaps: set[str] = set()
    given: list[tuple[int, str]] = []

    def commands(code: str) -> bool:
        post = wanted[code][1]
        return bool(post["group"] == "lead" and post["role"] == "head")

    def importance(code: str) -> tuple[int, str]:
        return (0 if commands(code) else 1 if wanted[code][1]["critical"] else 2, code)

    def bar(person: int, code: str, seat_no: int, regime: str, in_term: bool) -> str:
        """Return why the person may not sit there, an empty text when he may."""
        post = wanted[code][1]
        if person in model.retired:
            return "retired"
        if not in_term:
            return "term"
        if (regime, code, seat_no, person) in model.refused:
            return "refused"
        if person in model.absent:
            return "absent"
        for who, other in given:
            if who != person:
                continue
            held = wanted[other][1]
            if other == code:
                return "here"
            if other in post["segregated"] or code in held["segregated"]:
                return "apart"
            if post["reports_to"] == other or held["reports_to"] == code:
                return "apart"
        return ""

    for code in sorted(wanted, key=importance):
        _gravity, post, level, regime = wanted[code]
        ranked = _ranked(model, post, at)
        numbers = {n for n in ranked if n <= post["high"] or n >= CLASS_BASE}
        if len(numbers) < post["low"]:
            numbers |= set(range(1, post["low"] + 1))
        if level != ROUTINE:
            numbers |= {n for run, c, n in model.overrides if run == regime and c == code}
        filled = 0
        for seat_no in sorted(numbers):
            why: list[str] = []
            choice = None
            named = model.overrides.get((regime, code, seat_no)) if level != ROUTINE else None
            if named is not None:
                why.append(bar(named, code, seat_no, regime, True))
                choice = named if not why[0] else None
            if choice is None:
                free = []
                for rank, person, in_term in ranked.get(seat_no, []):
                    reason = bar(person, code, seat_no, regime, in_term)
                    if reason:
                        why.append(reason)
                    else:
                        free.append((rank, person))
                if any(person not in model.unreachable for _rank, person in free):
                    free = [one for one in free if one[1] not in model.unreachable]
                if importance(code)[0] < 2:
                    single = [
                        one
                        for one in free
                        if not any(who == one[1] and importance(other)[0] < 2 for who, other in given)
                    ]
                    free = single or free
                if free:
                    choice = min(free)[1]
            if choice is not None:
                filled += 1
                given.append((choice, code))
                posture = "routine" if level == ROUTINE else "emergency"
                seats[code, seat_no] = (choice, posture, duty_codes(post, level))
                continue
            if "apart" in why:
                gaps.add(f"segregation:{code}:{seat_no}")
            if len(ranked.get(seat_no, [])) > 1 and set(why) == {"absent"}:
                gaps.add(f"ab_both_away:{code}:{seat_no}")
        if filled < post["low"]:
            gaps.add(f"post_empty:{code}")
    for person in {who for who, _code in given}:
        held = [code for who, code in given if who == person]
        if len(held) > 1:
            grave = sum(1 for code in held if wanted[code][1]["critical"])
            gaps.add(f"{'two_critical' if grave > 1 else 'several_posts'}:{person}")
        if person in model.unreachable:
            gaps.add(f"no_contact:{person}")
    one = ruling(model, model.zone)
    if one is not None:
        for person in model.officials:
            if person in model.retired or any(who == person for who, _code in given):
                continue
            if person in model.absent or (one["run"], "pool", person, person) in model.refused:
                gaps.add(f"person_absent:{person}")
            else:
                seats["pool", person] = (person, "emergency", frozenset({"pool.report"}))
                gaps.add(f"person_in_pool:{person}")
    if not any(code for who, code in given if commands(code)):
        gaps |= {f"commander_missing:{one['unit']}" for one in model.active}
    return seats, gaps
