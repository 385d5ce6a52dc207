"""Machine health in words: unsent notices, failed channels, silent loops (command.md section 8, auditor)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.foundation.jobs.models import LoopBeat
from pingzhan.foundation.messages.models import Notice, NoticeState

UNSENT_LATE = timedelta(seconds=60)
"""A notice that waits longer than this is a fault: the sender runs every few seconds."""
GRACE = 3
"""A loop is late when it has been silent for so many of its periods, and at least 30 seconds."""
WAITING = (NoticeState.QUEUED, NoticeState.LEASED, NoticeState.FAILED)


@dataclass(frozen=True)
class HealthLine:
    """One part of the machine and how it is."""

    name: str
    tone: str
    word: str
    detail: str = ""


def health(now: datetime) -> list[HealthLine]:
    """Return the lines of the health block. Two queries."""
    return [*_outbox(now), *_loops(now)]


def _outbox(now: datetime) -> list[HealthLine]:
    row = Notice.objects.filter(Q(state__in=WAITING) | Q(state=NoticeState.DEAD, created_at__gt=now - timedelta(days=1))).aggregate(
        waiting=Count("id", filter=Q(state__in=WAITING)),
        oldest=Min("created_at", filter=Q(state__in=WAITING)),
        failing=Count("id", filter=Q(state=NoticeState.FAILED)),
        dead=Count("id", filter=Q(state=NoticeState.DEAD)),
    )
    oldest: datetime | None = row["oldest"]
    late = oldest is not None and now - oldest > UNSENT_LATE
    lines = [
        HealthLine(
            _("待发通知"),
            "bad" if late else "ok",
            _("%(n)d 条") % {"n": row["waiting"]},
            _("最早 %(time)s") % {"time": f"{timezone.localtime(oldest):%H:%M:%S}"} if oldest else "",
        )
    ]
    if row["failing"] or row["dead"]:
        lines.append(
            HealthLine(
                _("发送失败"),
                "bad",
                _("%(n)d 条") % {"n": row["failing"] + row["dead"]},
                _("其中 %(n)d 条已放弃，请改用电话。") % {"n": row["dead"]} if row["dead"] else "",
            )
        )
    else:
        lines.append(HealthLine(_("发送渠道"), "ok", _("正常")))
    return lines


def _loops(now: datetime) -> list[HealthLine]:
    beats = list(LoopBeat.objects.order_by("name"))
    if not beats:
        return [HealthLine(_("后台循环"), "bad", _("没有运行"), _("请检查 worker 进程。"))]
    return [_loop(beat, now) for beat in beats]


def _loop(beat: LoopBeat, now: datetime) -> HealthLine:
    silent = now - beat.last_at
    late = silent > max(timedelta(seconds=beat.seconds * GRACE), timedelta(seconds=30))
    name = loop_name(beat.name)
    if late:
        return HealthLine(name, "bad", _("停了"), _("上次 %(time)s") % {"time": _clock(beat.last_at)})
    if beat.failures:
        return HealthLine(
            name, "bad", _("出错"), _("连续 %(n)d 次") % {"n": beat.failures}
        )
    return HealthLine(name, "ok", _("正常"))


def _clock(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%H:%M:%S}" if local.date() == timezone.localdate() else f"{local:%m-%d %H:%M}"


def loop_name(key: str) -> str:
    """Return what a loop does, in words; its key when it is not one of ours."""
    names = {
        "outbox": _("发送通知"),
        "deliver": _("发送通知"),
        "sweep": _("逾期催办"),
        "escalation": _("逾期催办"),
        "reconcile": _("席位核对"),
        "broadcast": _("全员通告"),
        "readiness": _("就绪检查"),
        "invariants": _("一致性检查"),
        "live": _("清理变更记录"),
    }
    return next((word for part, word in names.items() if part in key), key)
