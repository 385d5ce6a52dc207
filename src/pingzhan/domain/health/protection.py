"""How long readings are kept: whole days go at once, and how many rows they had stands in the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy

from pingzhan.domain.health.models import Attendance, Case, SelfReport
from pingzhan.foundation.privacy.retention import Kept, RetentionRule, register_kept, register_rule

DAYS = 30
"""reference/domain.md section 14."""


def days_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the days, as numbers like 20261125, that have a partition and ended ``days`` days before ``now``."""
    before = (now - timedelta(days=days)).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(c.relname, 8)::int FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'health_reading'::regclass AND right(c.relname, 8) < %s ORDER BY 1 LIMIT %s",
            [before.strftime("%Y%m%d"), limit],
        )
        return [row[0] for row in cursor.fetchall()]


def drop_days(days: Sequence[int]) -> int:
    """Drop the partitions of these days and return how many readings they held."""
    gone = 0
    with connection.cursor() as cursor:
        for day in days:
            cursor.execute("SELECT health_drop_day(to_date(%s, 'YYYYMMDD'))", [str(day)])
            gone += cursor.fetchone()[0]
    return gone


def attendance_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return attendance older than ``days`` days."""
    before = (now - timedelta(days=days)).date()
    return list(
        Attendance.objects.filter(day__lt=before).order_by("day").values_list("pk", flat=True)[:limit]
    )


def drop_attendance(ids: Sequence[int]) -> int:
    """Delete attendance."""
    return Attendance.objects.filter(pk__in=ids).delete()[0]


def cases_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return cases closed more than ``days`` days ago that still say what the worker felt."""
    return list(
        Case.objects.filter(returned_at__lt=now - timedelta(days=days))
        .exclude(symptoms=[], tenths=None, clinic="")
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def scrub_cases(ids: Sequence[int]) -> int:
    """Overwrite symptoms, temperature and hospital; the times stay for the counts."""
    return Case.objects.filter(pk__in=ids).update(symptoms=[], tenths=None, clinic="")


def reports_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return workers' own reports older than ``days`` days, looked at or not."""
    rows = SelfReport.objects.filter(reported_at__lt=now - timedelta(days=days))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def drop_reports(ids: Sequence[int]) -> int:
    """Delete workers' own reports."""
    return SelfReport.objects.filter(pk__in=ids).delete()[0]


def register() -> None:
    """Make all of it known; called when the application is ready."""
    basis = gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。")
    purpose = gettext_lazy("发现发热和聚集性症状，落实停工和返岗。")
    for key, label, due, destroy, kept in (
        (
            "health.temperatures",
            gettext_lazy("职工体温"),
            days_due,
            drop_days,
            gettext_lazy("每个班组每个时段的人数。"),
        ),
        (
            "health.attendance",
            gettext_lazy("职工到岗记录"),
            attendance_due,
            drop_attendance,
            gettext_lazy("不保留。"),
        ),
        (
            "health.cases",
            gettext_lazy("停工职工的症状"),
            cases_due,
            scrub_cases,
            gettext_lazy("没有症状的停工、就诊和返岗时间。"),
        ),
        (
            "health.reports",
            gettext_lazy("职工自报的症状"),
            reports_due,
            drop_reports,
            gettext_lazy("不保留。"),
        ),
    ):
        register_rule(
            RetentionRule(
                key=key, label=label, purpose=purpose, basis=basis, days=DAYS, due=due, destroy=destroy,
                response=True, most=60, kept=kept,
            )
        )  # fmt: skip
    register_kept(
        Kept(
            key="health.counts",
            label=gettext_lazy("班组测温人数"),
            why=gettext_lazy("只有人数，没有个人信息，供复盘统计。"),
        )
    )
