"""How long the copies of broadcasts and the wrong codes are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.models import BroadcastCopy, WrongCode
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule

COPY_DAYS = 180
CODE_DAYS = 7


def copies_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of copies of broadcasts older than so many days."""
    found = BroadcastCopy.objects.filter(broadcast__at__lt=now - timedelta(days=days)).order_by(
        "broadcast", "id"
    )
    return list(found.values_list("pk", flat=True)[:limit])


def destroy_copies(ids: Sequence[int]) -> int:
    """Delete copies; the broadcast and the counts in the trail stay."""
    return BroadcastCopy.objects.filter(pk__in=ids).delete()[0]


def codes_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of wrong codes older than so many days."""
    found = WrongCode.objects.filter(at__lt=now - timedelta(days=days)).order_by("at")
    return list(found.values_list("pk", flat=True)[:limit])


def destroy_codes(ids: Sequence[int]) -> int:
    """Delete wrong codes."""
    return WrongCode.objects.filter(pk__in=ids).delete()[0]


def register() -> None:
    """Tell the nightly retention of both; called once when the application is ready."""
    register_rule(
        RetentionRule(
            key="command.broadcast_copies",
            label=_("全员通告的查看记录"),
            purpose=_("证明通告已送到每名职工，统计查看人数。"),
            basis=_("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=COPY_DAYS,
            least=30,
            due=copies_due,
            destroy=destroy_copies,
            kept=_("通告本身和人数。"),
        )
    )
    register_rule(
        RetentionRule(
            key="command.wrong_codes",
            label=_("无效签收码的记录"),
            purpose=_("发现和拦截猜测签收码的行为。"),
            basis=_("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=CODE_DAYS,
            least=1,
            due=codes_due,
            destroy=destroy_codes,
            kept=_("不保留。"),
        )
    )
