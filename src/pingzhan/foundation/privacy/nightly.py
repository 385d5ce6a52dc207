"""Every night: rows whose time is up are removed, persons whose time is up are proposed for destruction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy import retention
from pingzhan.foundation.privacy.erasing import propose_term
from pingzhan.foundation.runs.registry import Run, work
from pingzhan.kernel.errors import Conflict

WORK = "privacy.retention"
PERSONS = 20_000
"""Persons in one proposed order at most; the rest follow with the next one."""


@work(WORK, title=_("清理到期的个人信息"), lease=300)
def nightly(run: Run) -> dict[str, Any]:
    """Apply all rules at the database's present time."""
    return apply_rules(clock.now(), run)


def apply_rules(now: datetime, run: Run | None = None) -> dict[str, Any]:
    """Apply all rules as of ``now``; return rows removed and persons proposed by rule, zeros left out.

    One record in the trail when anything happened.
    """
    removed: dict[str, int] = {}
    proposed: dict[str, int] = {}
    by = system_actor("")
    for rule in retention.rules():
        if rule.subjects:
            ids = retention.due(rule, now, PERSONS)
            try:
                if ids:
                    order = propose_term(rule=rule, subject_ids=ids, by=by)
                    proposed[rule.key] = order.subjects.count()
            except Conflict:
                continue  # an order for this rule is still open, or all of them are in one
            continue
        for so_far in retention.sweep(rule, now):
            removed[rule.key] = so_far
            if run is not None:
                run.keep()
    removed = {key: count for key, count in removed.items() if count}
    if removed:
        with transaction.atomic():
            record(
                "privacy.retention_ran",
                by=by,
                body={"counts": [f"{key} {count}" for key, count in removed.items()]},
            )
    return {"removed": removed, "proposed": proposed}
