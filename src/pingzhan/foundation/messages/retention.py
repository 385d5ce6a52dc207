"""How long the tries to send are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.messages.models import Attempt
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule

ATTEMPT_DAYS = 180


def due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of tries older than so many days, the oldest first."""
    found = Attempt.objects.filter(at__lt=now - timedelta(days=days)).order_by("at")
    return list(found.values_list("pk", flat=True)[:limit])


def destroy(ids: Sequence[int]) -> int:
    """Delete tries; the notice itself, with its last state, stays."""
    return Attempt.objects.filter(pk__in=ids).delete()[0]


def register() -> None:
    """Tell the nightly retention of the tries; called once when the application is ready."""
    register_rule(
        RetentionRule(
            key="messages.attempts",
            label=_("通知发送记录"),
            purpose=_("查找没有送达的原因，证明已经通知。"),
            basis=_("《网络安全法》第二十三条第三项：网络日志留存不少于六个月。"),
            days=ATTEMPT_DAYS,
            least=ATTEMPT_DAYS,
            due=due,
            destroy=destroy,
            kept=_("通知本身和最后的状态。"),
        )
    )
