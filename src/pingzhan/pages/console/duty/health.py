"""Machine health in words: unsent notices, channels down, silent loops (command.md section 8, auditor)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.foundation.jobs.beats import Pulse, pulses
from pingzhan.foundation.messages.reading import Backlog, Trouble, backlog


@dataclass(frozen=True)
class HealthLine:
    """One part of the machine and how it is."""

    name: str
    tone: str
    word: str
    detail: str = ""


def health() -> list[HealthLine]:
    """Return the lines of the health block. Three queries."""
    beats = pulses()
    loops = [_loop(beat) for beat in beats]
    if not loops:
        loops = [HealthLine(_("后台循环"), "bad", _("没有运行"), _("请检查 worker 进程。"))]
    return [*_outbox(backlog()), *_overdue(), *loops]


def _overdue() -> list[HealthLine]:
    """Return what the loops should have done by now; nothing when all is well."""
    seats, broadcasts = command.overdue()
    lines = []
    if seats:
        lines.append(
            HealthLine(
                _("逾期催办"),
                "bad",
                _("%(n)d 个") % {"n": seats},
                _("到时已超过 30 秒没有处理，请电话催办。"),
            )
        )
    if broadcasts:
        lines.append(
            HealthLine(_("全员通告"), "bad", _("%(n)d 份") % {"n": broadcasts}, _("超过 30 秒没有送完。"))
        )
    return lines


def _outbox(state: Backlog) -> list[HealthLine]:
    late = state.late + state.stuck
    lines = [
        HealthLine(
            _("待发通知"),
            "bad" if late else "ok",
            _("%(n)d 条") % {"n": state.waiting},
            _("其中 %(n)d 条超过 30 秒没有发出") % {"n": late} if late else "",
        )
    ]
    lines.extend(_channel(one) for one in state.troubles)
    if state.dead:
        lines.append(
            HealthLine(_("发送失败"), "bad", _("%(n)d 条") % {"n": state.dead}, _("请改用电话通知。"))
        )
    return lines


def _channel(one: Trouble) -> HealthLine:
    since = {"time": _clock(one.since)}
    if one.state == "down":
        return HealthLine(one.label, "bad", _("不通"), _("自 %(time)s，改走其他渠道") % since)
    return HealthLine(one.label, "warn", _("缓慢"), _("自 %(time)s") % since)


def _loop(beat: Pulse) -> HealthLine:
    name = loop_name(beat.name)
    if beat.healthy:
        return HealthLine(name, "ok", _("正常"))
    if beat.failures and "invariants" in beat.name:
        # What does not hold is the news, not how often it was looked at.
        return HealthLine(name, "bad", _("不符"), beat.last_error)
    if beat.failures:
        return HealthLine(name, "bad", _("出错"), _("连续 %(n)d 次") % {"n": beat.failures})
    return HealthLine(name, "bad", _("停了"), _("上次 %(time)s") % {"time": _clock(beat.last_at)})


def _clock(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%H:%M:%S}" if local.date() == timezone.localdate() else f"{local:%m-%d %H:%M}"


def loop_name(key: str) -> str:
    """Return what a loop does, in words; its key when it is not one of ours."""
    names = {
        "outbox": _("发送通知"),
        "sweep": _("逾期催办"),
        "reconcile": _("席位核对"),
        "auditor": _("运行自检"),
        "broadcast": _("全员通告"),
        "fanout": _("全员通告"),
        "readiness": _("就绪检查"),
        "invariants": _("一致性检查"),
        "live-forget": _("清理变更记录"),
        "audit-anchor": _("留痕锚定"),
        "access.tidy": _("清理过期登录"),
        "drills.inject": _("演练注入"),
        "drills.settle": _("演练收尾"),
        "frontline.minute": _("下沉一线核对"),
        "orders.remind": _("督办提醒"),
        "reporting.due": _("报告到期"),
        "roster.minute": _("值班提醒"),
        "shared-forget": _("清理限次记录"),
        "runs": _("后台任务"),
        "tasks-lost": _("任务找回"),
        "receipts": _("取回送达报告"),
        "measures.terms": _("措施到期"),
        "obligations.follow": _("事项跟随变化"),
        "obligations.minute": _("事项逾期"),
        "obligations.refresh": _("落实情况汇总"),
        "obligations.hour": _("事项排期"),
        "returnees.standing": _("返岗管控到期"),
        "sanitation.canteens": _("食堂跟随变化"),
        "screening.own_asks": _("自助查询短信"),
        "screening.own_reads": _("自助查询留痕"),
    }
    return next((word for part, word in names.items() if part in key), key)
