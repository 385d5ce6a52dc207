"""The facts of an emergency in words: milestones, references, lists; for the report and the review alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import GapKind, Severity, StepAction
from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.enums import Reached
from pingzhan.domain.organisation.api import names_of
from pingzhan.domain.organisation.models import Post

TONES = {
    Reached.KEPT: "ok",
    Reached.LATE: "bad",
    Reached.OPEN: "bad",
    Reached.UNTRIED: "idle",
    Reached.NONE: "idle",
}


def milestone_words() -> dict[str, str]:
    """Return what each time of the facts is called, in the order of a report."""
    return {
        "ordered": _("下令"),
        "seen_first": _("第一人查看"),
        "acked_first": _("第一人签收"),
        "acked_half": _("半数岗位签收"),
        "leads_acked": _("领导和组长全部签收"),
        "critical_acked": _("关键岗位全部签收"),
        "acked_90": _("九成岗位签收"),
        "posts_acked": _("全部岗位签收"),
        "arrived_first": _("第一人到岗"),
        "arrived_half": _("半数岗位到岗"),
        "leads_arrived": _("领导和组长全部到岗"),
        "posts_arrived": _("全部岗位到岗"),
        "ended": _("结束"),
    }


@dataclass
class Told:
    """The facts as a page or paper shows them; without the right to names, posts stand for persons."""

    started: datetime | None
    ended: datetime | None
    counts: dict[str, int]
    milestones: list[dict[str, Any]] = field(default_factory=list)
    references: list[dict[str, Any]] = field(default_factory=list)
    confirmed: list[dict[str, Any]] = field(default_factory=list)
    declined: list[dict[str, Any]] = field(default_factory=list)
    passed: list[dict[str, Any]] = field(default_factory=list)
    escalations: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    late_tasks: list[dict[str, Any]] = field(default_factory=list)
    late_orders: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def losses(self) -> int:
        """Return how many declined or were passed over."""
        return len(self.declined) + len(self.passed)

    @property
    def delays(self) -> int:
        """Return how many tasks and orders were late."""
        return len(self.late_tasks) + len(self.late_orders)

    @property
    def kept(self) -> int:
        """Return how many references were kept."""
        return sum(one["result"] == Reached.KEPT for one in self.references)

    @property
    def measured(self) -> int:
        """Return how many references could be measured."""
        return sum(one["result"] in (Reached.KEPT, Reached.LATE, Reached.OPEN) for one in self.references)


def moment(text: str | None) -> datetime | None:
    """Return a time of the facts."""
    return parse_datetime(text) if text else None


def told(facts: dict[str, Any], *, names: bool) -> Told:
    """Return facts in words. Two queries."""
    people = {one["person"] for key in ("confirmed", "declined", "passed", "gaps") for one in facts[key]}
    # Reviews filed before it was kept do not say who took over from somebody who was passed over.
    people |= {one.get("replaced_by") for key in ("declined", "passed") for one in facts[key]}
    known = names_of(one for one in people if one) if names else {}
    codes = {one["post"] for key in ("confirmed", "declined", "passed", "gaps") for one in facts[key]}
    posts = dict(Post.objects.filter(code__in=codes).order_by("version_id").values_list("code", "name"))

    def who(person: int | None) -> str:
        return known.get(person or 0, "") if names else ""

    def post(code: str) -> str:
        return posts.get(code) or (_("机动") if code == "pool" else code)

    found = Told(moment(facts["started"]), moment(facts["ended"]), facts["counts"])
    found.milestones = [
        {"key": key, "label": words, "at": moment(facts["times"][key]), "minutes": facts["minutes"][key]}
        for key, words in milestone_words().items()
    ]
    marks = {one.key: one for one in drills.REFERENCES}
    found.references = [
        {
            **one,
            "label": str(marks[one["key"]].label),
            "source": str(marks[one["key"]].source),
            "word": str(Reached(one["result"]).label),
            "tone": TONES[Reached(one["result"])],
        }
        for one in facts["references"]
        if one["key"] in marks
    ]
    found.confirmed = [
        {
            "post": post(one["post"]),
            "who": who(one["person"]),
            "acked": moment(one["acked"]),
            "arrived": moment(one["arrived"]),
            "seats": one["seats"],
        }
        for one in facts["confirmed"]
    ]
    found.declined, found.passed = (
        [
            {
                "post": post(one["post"]),
                "who": who(one["person"]),
                "at": moment(one["at"]),
                "by": who(one.get("replaced_by")),
                "replaced": one.get("replaced_by") is not None,
                "acked": moment(one.get("replaced_acked")),
            }
            for one in facts[key]
        ]
        for key in ("declined", "passed")
    )
    found.escalations = [
        {"word": str(StepAction(key).label) if key in StepAction.values else key, "n": n}
        for key, n in facts["escalations"].items()
    ]
    found.gaps = [
        {
            "kind": str(GapKind(one["kind"]).label) if one["kind"] in GapKind.values else one["kind"],
            "severity": str(Severity(one["severity"]).label),
            "where": post(one["post"]) if one["post"] else who(one["person"]),
            "opened": moment(one["opened"]),
            "resolved": moment(one["resolved"]),
            "minutes": one["minutes"],
        }
        for one in facts["gaps"]
    ]
    for key in ("late_tasks", "late_orders"):
        rows = [{**one, "due": moment(one["due"]), "done": moment(one["done"])} for one in facts[key]]
        setattr(found, key, rows)
    found.decisions = [{**one, "at": moment(one["at"])} for one in facts["decisions"]]
    return found


def minutes(value: float | None) -> str:
    """Return minutes as people say them: 4.5 分钟, 2 小时 10 分钟; a dash for none."""
    if value is None:
        return "—"
    if value < 60:
        return _("%(n)s 分钟") % {"n": f"{value:g}"}
    if round(value) % 60 == 0:
        return _("%(h)d 小时") % {"h": round(value) // 60}
    return _("%(h)d 小时 %(m)d 分钟") % {"h": round(value) // 60, "m": round(value) % 60}
