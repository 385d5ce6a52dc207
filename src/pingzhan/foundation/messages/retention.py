"""How long the tries to send are kept, and answers of gateways that could not be noted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.messages.models import Answer, Attempt
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule

ATTEMPT_DAYS = 180
ANSWER_DAYS = 7
"""An answer is gone within a minute; one that cannot be noted is of no use once its notices are no longer open."""


def due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of tries older than so many days, the oldest first."""
    found = Attempt.objects.filter(at__lt=now - timedelta(days=days)).order_by("at")
    return list(found.values_list("pk", flat=True)[:limit])


def destroy(ids: Sequence[int]) -> int:
    """Delete tries; the notice itself, with its last state, stays."""
    return Attempt.objects.filter(pk__in=ids).delete()[0]


def answers_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of answers that were fetched more than so many days ago and never noted, the oldest first."""
    found = Answer.objects.filter(at__lt=now - timedelta(days=days)).order_by("at")
    return list(found.values_list("pk", flat=True)[:limit])


def destroy_answers(ids: Sequence[int]) -> int:
    """Delete answers that were never noted."""
    return Answer.objects.filter(pk__in=ids).delete()[0]


def register() -> None:
    """Tell the nightly retention of tries and answers; called once when the application is ready."""
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
    register_rule(
        RetentionRule(
            key="messages.answers",
            label=_("没有记上的送达报告"),
            purpose=_("网关只给一次的送达报告，中断后可以补记。"),
            basis=_("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=ANSWER_DAYS,
            least=3,
            most=30,
            due=answers_due,
            destroy=destroy_answers,
        )
    )
