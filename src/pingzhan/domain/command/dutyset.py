"""The default duty set, and how it is matched to the groups of a structure version.

``data/duties.toml`` holds duties by function (coordination, testing, ...), not by group code, because a
notice may name its groups otherwise. A group is matched by its code, then by the words in its name. A group
that matches nothing gets duties made from its own clauses of the published structure.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

CLAUSE_DUE_MIN = 240
"""Due time of a duty made from a clause: the 4 hours within which core facts must be known (2+4+24)."""


class Template(NamedTuple):
    """A duty of the default set before it is bound to a group."""

    function: str
    role: str
    posture: str
    level_at_least: int
    phase: str
    code: str
    title: str
    due_offset_min: int | None
    evidence: str
    critical: bool
    clause: str


class DutyRow(NamedTuple):
    """A duty of a version; the fields of models.Duty without the version."""

    code: str
    post_code: str
    group_code: str
    role: str
    posture: str
    level_at_least: int
    phase: str
    title: str
    due_offset_min: int | None
    evidence: str
    critical: bool
    clause: str


class GroupLike(NamedTuple):
    """A group of a structure version."""

    code: str
    name: str
    kind: str


class StepTemplate(NamedTuple):
    """A rung of the default ladder."""

    posture: str
    n: int
    after_sec: int
    action: str
    target: str
    channel_set: str


@cache
def _data() -> dict[str, object]:
    text = resources.files("pingzhan.domain.command").joinpath("data/duties.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def templates() -> tuple[Template, ...]:
    """Return the default duty set in the order of the file. Raises ValueError for a code used twice."""
    found: list[Template] = []
    entries = _data()["duty"]
    assert isinstance(entries, list)
    for entry in entries:
        found.append(
            Template(
                function=entry["function"],
                role=entry.get("role", ""),
                posture=entry["posture"],
                level_at_least=entry.get("level", 4),
                phase=entry.get("phase", "standing"),
                code=entry["code"],
                title=entry["title"],
                due_offset_min=entry.get("due"),
                evidence=entry.get("evidence", "none"),
                critical=entry.get("critical", False),
                clause=entry["clause"],
            )
        )
    codes = [one.code for one in found]
    if len(codes) != len(set(codes)):
        raise ValueError("a duty code is used twice in duties.toml")
    return tuple(found)


@cache
def aliases() -> dict[str, tuple[str, ...]]:
    """Return for each function the group codes and words of names that mean it."""
    table = _data()["alias"]
    assert isinstance(table, dict)
    return {function: tuple(words) for function, words in table.items()}


@cache
def ladder() -> tuple[StepTemplate, ...]:
    """Return the default escalation ladder (command.md section 8)."""
    steps = _data()["step"]
    assert isinstance(steps, list)
    return tuple(
        StepTemplate(
            step["posture"], n, step["after"], step["action"], step["target"], step.get("channels", "")
        )
        for n, step in enumerate(steps, start=1)
    )


def function_of(group: GroupLike) -> str | None:
    """Return the function a group serves, None when neither its code nor its name tells."""
    if group.kind == "leading":
        return "leading"
    for function, words in aliases().items():
        if group.code == function or group.code in words:
            return function
    for function, words in aliases().items():
        if any(word in group.name for word in words if not word.isascii()):
            return function
    return None


def compile_duties(groups: Sequence[GroupLike], clauses: Iterable[tuple[str, int, str]]) -> list[DutyRow]:
    """Return the duty rows of a structure: the templates of each group's function, else its own clauses.

    ``clauses`` are (group code, number, text). Two groups of one function both get its duties. Codes are
    unique: the template's code for the first group, with the group's code in front for any further one.
    """
    by_group: dict[str, list[tuple[int, str]]] = {}
    for code, n, text in clauses:
        by_group.setdefault(code, []).append((n, text))
    rows: list[DutyRow] = []
    used: set[str] = set()
    for group in groups:
        function = function_of(group)
        if function is None:
            rows.extend(_from_clauses(group, by_group.get(group.code, [])))
            continue
        prefix = f"{group.code}:" if function in used else ""
        used.add(function)
        rows.extend(
            DutyRow(
                prefix + one.code,
                "",
                group.code,
                one.role,
                one.posture,
                one.level_at_least,
                one.phase,
                one.title,
                one.due_offset_min,
                one.evidence,
                one.critical,
                one.clause,
            )
            for one in templates()
            if one.function == function
        )
    return rows


def _from_clauses(group: GroupLike, clauses: list[tuple[int, str]]) -> list[DutyRow]:
    rows: list[DutyRow] = []
    for n, text in clauses:
        title = text.strip().rstrip("。；;.")
        source = f"{group.name}职责{n}"
        rows.append(
            DutyRow(
                f"{group.code}.r{n}",
                "",
                group.code,
                "",
                "routine",
                4,
                "standing",
                title,
                None,
                "none",
                False,
                source,
            )
        )
        rows.append(
            DutyRow(
                f"{group.code}.e{n}",
                "",
                group.code,
                "",
                "emergency",
                4,
                "2-12h",
                title,
                CLAUSE_DUE_MIN,
                "text",
                False,
                source,
            )
        )
    return rows


def duty_sha(rows: Iterable[DutyRow]) -> str:
    """Return the hash of a duty version: over its sorted rows."""
    text = json.dumps(
        sorted(map(list, rows), key=lambda row: str(row[0])), ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def seat_duty_key(posture: str, rows: Iterable[tuple[str, str, str, int | None, str, bool]]) -> str:
    """Return the hash of the sorted duty rows of a seat: (code, title, phase, due, evidence, critical).

    The level is left out, so a change of level that changes no duty leaves the seat confirmed. The posture is
    in, so a seat without any duty is still ordered anew when the posture changes.
    """
    text = json.dumps([posture, sorted(map(list, rows), key=str)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


POOL_DUTY_KEY = seat_duty_key("emergency", [("pool.report", "", "0-2h", 30, "none", True)])
"""Duty key of a seat in the pool 机动."""
