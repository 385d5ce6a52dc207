"""The figures of this house: posts, gaps, tasks, orders, notices, enterprises, zero reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import LIVE_TASK_STATES, Severity
from pingzhan.domain.command.models import Gap, LogLine, Seat, Task
from pingzhan.domain.orders.enums import LIVE_STATES, WORKING_STATES, OrderState
from pingzhan.domain.orders.models import Order
from pingzhan.domain.reporting.figures import Scope, register_figure
from pingzhan.domain.reporting.models import ZeroLine
from pingzhan.domain.territory.enums import EnterpriseStatus, UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.messages.models import Notice, NoticeState

Get = Callable[[Scope], int | None]


def _shared(scope: Scope, name: str, fn: Callable[[], dict[str, Any]]) -> dict[str, int]:
    """Return counts that several figures share, asked for once in a report."""
    found: dict[str, int] = scope.once(name, fn)
    return found


def _seats(scope: Scope) -> dict[str, int]:
    return _shared(
        scope,
        "seats",
        lambda: Seat.objects.filter(
            world=scope.world, zone=scope.zone, unit__path__startswith=scope.unit.path, closed_at__isnull=True
        ).aggregate(
            filled=Count("pk"),
            confirmed=Count("pk", filter=Q(acked_at__isnull=False)),
            arrived=Count("pk", filter=Q(arrived_at__isnull=False)),
            pool=Count("pk", filter=Q(post_code=command.POOL_CODE)),
        ),
    )


def _gaps(scope: Scope) -> dict[str, int]:
    return _shared(
        scope,
        "gaps",
        lambda: Gap.objects.filter(
            world=scope.world,
            zone=scope.zone,
            unit__path__startswith=scope.unit.path,
            resolved_at__isnull=True,
        ).aggregate(
            all=Count("pk"),
            critical=Count("pk", filter=Q(severity=Severity.CRITICAL)),
            empty=Count("pk", filter=Q(kind="post_empty")),
        ),
    )


def _tasks(scope: Scope) -> dict[str, int]:
    return _shared(
        scope,
        "tasks",
        lambda: Task.objects.filter(
            world=scope.world,
            owner_seat__zone=scope.zone,
            owner_seat__unit__path__startswith=scope.unit.path,
            owner_seat__closed_at__isnull=True,
            state__in=LIVE_TASK_STATES,
        ).aggregate(live=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=scope.at))),
    )


def _orders(scope: Scope) -> dict[str, int]:
    begin = Q(issued_at__gte=scope.begin) if scope.begin else Q()
    closed = Q(state=OrderState.CLOSED)
    return _shared(
        scope,
        "orders",
        lambda: Order.objects.filter(
            world=scope.world, zone=scope.zone, unit__path__startswith=scope.unit.path
        ).aggregate(
            issued=Count("pk", filter=begin),
            closed=Count("pk", filter=closed & (Q(ended_at__gte=scope.begin) if scope.begin else Q())),
            live=Count("pk", filter=Q(state__in=LIVE_STATES)),
            overdue=Count("pk", filter=Q(state__in=WORKING_STATES, due_at__lte=scope.at)),
        ),
    )


def _notices(scope: Scope) -> dict[str, int]:
    out = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.READ)

    def counted() -> dict[str, int]:
        rows = Notice.objects.filter(world=scope.world, unit_path__startswith=scope.unit.path)
        if scope.begin is not None:
            rows = rows.filter(created_at__gte=scope.begin)
        return rows.aggregate(
            sent=Count("pk", filter=Q(state__in=out)),
            read=Count("pk", filter=Q(state=NoticeState.READ)),
            failed=Count("pk", filter=Q(state__in=[NoticeState.FAILED, NoticeState.DEAD])),
        )

    return _shared(scope, "notices", counted)


def _firms(scope: Scope) -> dict[str, int]:
    return _shared(
        scope,
        "firms",
        lambda: (
            Unit.objects.filter(kind=UnitKind.ENTERPRISE, path__startswith=scope.unit.path)
            .exclude(enterprise__status=EnterpriseStatus.CLOSED)
            .aggregate(all=Count("pk"), workers=Sum("headcount", default=0))
        ),
    )


def _zero(scope: Scope) -> dict[str, int]:
    return _shared(
        scope,
        "zero",
        lambda: ZeroLine.objects.filter(
            due__world=scope.world,
            due__zone=scope.zone,
            due__on=clock.day_of(scope.at),
            due__dropped_at__isnull=True,
            unit__path__startswith=scope.unit.path,
        ).aggregate(
            all=Count("pk"), done=Count("pk", filter=Q(value__isnull=False)), cases=Sum("value", default=0)
        ),
    )


def _zero_of(name: str) -> Get:
    """Return the count, which does not apply on a day without zero reports."""
    return lambda scope: _zero(scope)[name] if _zero(scope)["all"] else None


def _broadcast(name: str) -> Get:
    def counted(scope: Scope) -> int | None:
        found: Any = scope.once("broadcast", lambda: command.broadcast_progress(scope.unit.path, scope.world))
        if found is None or scope.since is None or found.broadcast.at < scope.since:
            return None
        return int(getattr(found, name))

    return counted


def _log(scope: Scope) -> int:
    rows = LogLine.objects.filter(world=scope.world, zone=scope.zone)
    return (rows.since(scope.begin) if scope.begin else rows).count()


def _part(table: Callable[[Scope], dict[str, int]], name: str) -> Get:
    return lambda scope: table(scope)[name]


def register() -> None:
    """Make the figures known."""
    seats, tasks, orders = _("岗位和签收"), _("任务"), _("交办督办")
    people, pieces, firms = _("人"), _("件"), _("家")
    gaps, notices = _("缺口清单"), _("通知")
    for order, (key, label, unit, source, fn, main) in enumerate(
        (
            ("posts.filled", _("已安排岗位"), people, seats, _part(_seats, "filled"), True),
            ("posts.confirmed", _("已签收"), people, seats, _part(_seats, "confirmed"), True),
            ("posts.arrived", _("已到岗"), people, seats, _part(_seats, "arrived"), True),
            ("posts.pool", _("机动人员"), people, seats, _part(_seats, "pool"), False),
            ("gaps.empty", _("空缺岗位"), _("个"), gaps, _part(_gaps, "empty"), False),
            ("gaps.all", _("全部缺口"), _("个"), gaps, _part(_gaps, "all"), False),
            ("gaps.critical", _("严重缺口"), _("个"), gaps, _part(_gaps, "critical"), False),
            ("tasks.live", _("在办任务"), pieces, tasks, _part(_tasks, "live"), False),
            ("tasks.overdue", _("逾期任务"), pieces, tasks, _part(_tasks, "overdue"), False),
            ("orders.issued", _("交办事项"), pieces, orders, _part(_orders, "issued"), True),
            ("orders.closed", _("已销号事项"), pieces, orders, _part(_orders, "closed"), True),
            ("orders.live", _("在办事项"), pieces, orders, _part(_orders, "live"), False),
            ("orders.overdue", _("逾期事项"), pieces, orders, _part(_orders, "overdue"), True),
            ("notices.sent", _("发出通知"), _("条"), notices, _part(_notices, "sent"), False),
            ("notices.read", _("已读通知"), _("条"), notices, _part(_notices, "read"), False),
            ("notices.failed", _("未送达通知"), _("条"), notices, _part(_notices, "failed"), False),
            ("firms.all", _("涉及企业"), firms, _("企业档案"), _part(_firms, "all"), False),
            ("firms.workers", _("涉及职工"), people, _("企业档案"), _part(_firms, "workers"), False),
            ("broadcast.copies", _("全员通告送达"), people, _("全员通告"), _broadcast("copies"), False),
            ("broadcast.seen", _("全员通告已看"), people, _("全员通告"), _broadcast("seen"), False),
            ("zero.all", _("应零报告单位"), firms, _("零报告"), _zero_of("all"), False),
            ("zero.done", _("已零报告单位"), firms, _("零报告"), _zero_of("done"), False),
            ("zero.cases", _("零报告发现情况"), _("例"), _("零报告"), _zero_of("cases"), False),
            ("log.lines", _("值班日志"), _("条"), _("值班日志"), _log, False),
        ),
        start=1,
    ):
        register_figure(key, label, fn, unit=unit, source=source, order=order * 10, main=main)
