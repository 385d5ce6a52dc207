"""What this module holds of a person, how long, and how it is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.returnees import parameters
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.foundation.privacy.holders import Holder, register_holder
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule

KEPT_DAYS = 60
"""reference/domain.md section 14: the ledger of returnees is kept 60 days."""
_REASONS = Decision.objects.filter(application=OuterRef("pk"), reasons_sealed__isnull=False)
_HOLDS = Q(declared_sealed__isnull=False) | ~Q(from_name="") | ~Q(from_code="") | Exists(_REASONS)


def count_held(ids: Sequence[int]) -> int:
    """Return how many returns still hold something of these subjects."""
    return Application.objects.filter(_HOLDS, subject__in=ids).count()


def scrub(ids: Sequence[int]) -> int:
    """Overwrite what returns of these subjects hold."""
    rows = list(Application.objects.filter(_HOLDS, subject__in=ids).values_list("pk", flat=True))
    return overwrite(rows)


def overwrite(ids: Sequence[int]) -> int:
    """Empty declaration, reasons and origin of returns; day, outcome and rule version stay. Return how many."""
    Decision.objects.filter(application__in=ids, reasons_sealed__isnull=False).update(reasons_sealed=None)
    return Application.objects.filter(pk__in=ids).update(declared_sealed=None, from_name="", from_code="")


def due(now: datetime, days: int, limit: int) -> list[int]:
    """Return the ids of returns that were finished, or never were, more than ``days`` days before ``now``."""
    before = now - timedelta(days=days)
    old = Q(closed_at__lt=before) | Q(closed_at__isnull=True, return_on__lt=before.date())
    return list(Application.objects.filter(old & _HOLDS).order_by("pk").values_list("pk", flat=True)[:limit])


def register() -> None:
    """Make all of it and the settings known; called when the application is ready."""
    parameters.register()
    register_holder(
        Holder(
            key="returnees.application",
            label=_("返岗申请的行程、接触、健康情况和判定理由"),
            kind="worker",
            count=count_held,
            scrub=scrub,
            describe=_("加密保存；销毁后只留返岗日期、判定结果和规则版本，供统计。"),
        )
    )
    register_rule(
        RetentionRule(
            key="returnees.ledger",
            label=_("返岗台账"),
            purpose=_("判定返岗职工能否上岗，并供疫情发生后溯源。"),
            basis=_("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=KEPT_DAYS,
            least=14,
            due=due,
            destroy=overwrite,
            response=True,
            kept=_("返岗日期、判定结果和规则版本。"),
        )
    )
