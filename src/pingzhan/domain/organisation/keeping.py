"""How long the contacts of people who have left the service are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.models import Person
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule

KEY = "organisation.leavers"
DAYS = 60
"""As for workers who have left: hand-over and tracing back may still need a word with him."""


def due(now: datetime, days: int, limit: int) -> Sequence[int]:
    """Return the subjects of people out of service whose row nobody has touched for so many days.

    The day of leaving is no field of a person; his row history tells it, since leaving is a change of the row.
    """
    history = apps.get_model("organisation", "PersonHistory")
    lately = history._default_manager.filter(
        pgh_obj_id=OuterRef("pk"), pgh_created_at__gt=now - timedelta(days=days)
    )
    return list(
        Person.objects.filter(
            ~Exists(lately), active=False, provisional=False, subject__erased_at__isnull=True
        )
        .exclude(subject=None)
        .order_by("pk")
        .values_list("subject_id", flat=True)[:limit]
    )


def register() -> None:
    """Make the rule known; called once when the application is ready."""
    register_rule(
        RetentionRule(
            key=KEY,
            label=_("不再在职的干部和联系人的联系方式"),
            purpose=_("离开后一段时间内仍可能需要交接和溯源。"),
            basis=_("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=DAYS,
            due=due,
            subjects=True,
            kept=_("姓名和职务属于公务信息，予以保留。"),
        )
    )
