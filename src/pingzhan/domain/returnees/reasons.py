"""The reasons of a decision as a text that is sealed, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from pingzhan.domain.returnees.judging.facts import Outcome, Reason


def write(reasons: Iterable[Reason]) -> str:
    """Return the reasons as a text, both languages included: the words must not change with the program."""
    return json.dumps(
        [
            {
                "rule": one.rule,
                "version": one.version,
                "clause_zh": one.clause_zh,
                "clause_en": one.clause_en,
                "zh": one.zh,
                "en": one.en,
                "outcome": one.outcome,
                "begin": one.begin.isoformat() if one.begin else None,
                "until": one.until.isoformat() if one.until else None,
            }
            for one in reasons
        ],
        ensure_ascii=False,
    )


def read(text: str | None) -> tuple[Reason, ...]:
    """Return the reasons; none for None."""
    return tuple(
        Reason(
            **{
                **one,
                "outcome": Outcome(one["outcome"]),
                "begin": date.fromisoformat(one["begin"]) if one["begin"] else None,
                "until": date.fromisoformat(one["until"]) if one["until"] else None,
            }
        )
        for one in json.loads(text or "[]")
    )
