"""Keeping what the readiness was: every night, and after each change of structure, people or roster.

Section 12 of command.md: computed without writing to seats. It runs in a loop of the worker, never in the
transaction of the change itself, so that an import of five hundred people costs one computation.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models.functions import Now
from django.utils import timezone

from pingzhan.domain.command.enums import Severity
from pingzhan.domain.command.models import ReadinessRun
from pingzhan.domain.command.queries.readiness import ReadinessReport, readiness
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.roster import api as roster
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.live import version as live_version

TOPIC = "people"
"""Announced when people, contacts, absences or responsibilities changed (reactions.on_people_changed)."""
NIGHT = time(2, 0)
"""Local time of the nightly computation."""
KEEP = timedelta(days=90)
"""Runs of a day are kept this long, those of the night for good."""
KEYS = 400
"""Critical and major findings remembered, for telling what is new."""


def keep_readiness(zone: Unit, *, nightly: bool = False, version: str = "") -> ReadinessRun | None:
    """Compute the readiness of a zone and keep it; None before a structure is published.

    By day an unchanged result only moves the version of the last run, so that a run stands for a change.
    """
    report = readiness(zone)
    if report is None:
        return None
    fresh = _run(zone, report, nightly=nightly, version=version)
    last = ReadinessRun.objects.filter(zone=zone).first()
    if last is not None and not nightly and _same(last, fresh):
        last.version = version
        last.save(update_fields=["version"])
        return last
    fresh.save(force_insert=True)
    return fresh


def _run(zone: Unit, report: ReadinessReport, *, nightly: bool, version: str) -> ReadinessRun:
    grave = [one.key for one in report.findings if one.severity != Severity.INFO]
    return ReadinessRun(
        zone=zone,
        structure_version=report.version,
        nightly=nightly,
        version=version,
        critical=report.count(Severity.CRITICAL),
        major=report.count(Severity.MAJOR),
        info=report.count(Severity.INFO),
        levels=[
            {
                "level": one.level,
                "posts": one.posts,
                "filled": one.filled,
                "gaps": one.gaps,
                "critical": one.critical,
            }
            for one in report.levels
        ],
        kinds=report.kinds,
        keys=grave[:KEYS],
    )


def _same(one: ReadinessRun, other: ReadinessRun) -> bool:
    names = ("structure_version_id", "critical", "major", "info", "levels", "kinds", "keys")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def keep_all() -> int:
    """Keep the readiness of every zone that changed since its last run, or whose night has come; return how many."""
    now = Unit.objects.annotate(moment=Now()).values_list("moment", flat=True).first()
    if now is None:
        return 0
    version = _version()
    made = 0
    zones = Unit.objects.filter(pk__in=StructureVersion.objects.filter(status="published").values("zone"))
    for zone in zones.order_by("pk"):
        nightly = _night_is_due(zone, now)
        last = ReadinessRun.objects.filter(zone=zone).first()
        if nightly or last is None or last.version != version:
            made += keep_readiness(zone, nightly=nightly, version=version) is not None
        if nightly:
            ReadinessRun.objects.filter(zone=zone, nightly=False, at__lt=now - KEEP).delete()
    return made


def _night_is_due(zone: Unit, now: datetime) -> bool:
    local = timezone.localtime(now)
    night = timezone.make_aware(datetime.combine(local.date(), NIGHT))
    if local < night:
        night -= timedelta(days=1)
    return not ReadinessRun.objects.filter(zone=zone, nightly=True, at__gte=night).exists()


def _version() -> str:
    """Return a text that differs after each change of what the readiness depends on."""
    return live_version("structure", roster.TOPIC, TOPIC)
