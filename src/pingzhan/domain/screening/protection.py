"""What screening holds of persons, and how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.screening import rules, walkins
from pingzhan.domain.screening.models import Exemption, Hold
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.privacy.masks import mask_id, mask_name, mask_phone
from pingzhan.foundation.privacy.retention import RetentionRule, register_rule
from pingzhan.foundation.privacy.reveal import Revealable, register_revealable
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.errors import NotFound

DAYS = 30
"""After the last day of an exemption: as long as a question about that round may come."""


def due(now: datetime, days: int, limit: int) -> list[int]:
    """Return exemptions that ended more than ``days`` days ago."""
    last = timezone.localtime(now).date() - timedelta(days=days)
    return list(
        Exemption.objects.filter(until__lt=last).order_by("until").values_list("pk", flat=True)[:limit]
    )


def destroy(ids: Sequence[int]) -> int:
    """Delete them; that there was one stays in the history, without its reason."""
    return Exemption.objects.filter(pk__in=ids).delete()[0]


HOLD = "screening_hold"
HOLD_DAYS = 60
"""reference/domain.md section 14: as long as negative results; a positive goes on as a case of its own."""


def holds_due(now: datetime, days: int, limit: int) -> list[int]:
    """Return holds that ended more than ``days`` days ago and still name somebody."""
    old = Hold.objects.filter(until__lt=now - timedelta(days=days)).exclude(person=0)
    return list(old.order_by("pk").values_list("pk", flat=True)[:limit])


def cut_holds(ids: Sequence[int]) -> int:
    """Cut the tie of holds to persons and to where they belonged; times and outcome stay for the counts."""
    return Hold.objects.filter(pk__in=ids).update(
        person=0,
        individual=None,
        walk_in=None,
        employment=None,
        team=None,
        room=None,
        canteen=None,
        sitting=None,
    )


def reveal_hold(by: Actor, pk: int) -> Revealable:
    """Return what is sealed of somebody held. NotFound for a hold the actor may not see or that names nobody."""
    found = (
        rules.holds_visible_to(by).select_related("individual", "walk_in", "enterprise").filter(pk=pk).first()
    )
    who = (found.individual or found.walk_in) if found is not None else None
    if found is None or who is None:
        raise NotFound(_("没有这个人的管控记录，或您无权查看。"))
    fields = {walkins.NAME: who.name_sealed, walkins.NUMBER: who.id_sealed}
    masks = {walkins.NAME: mask_name, walkins.NUMBER: mask_id, "phone": mask_phone}
    if found.individual is not None:
        fields["phone"] = found.individual.phone_sealed
    vault = Vault.load([who.subject_id])
    zone = found.members.values_list("pursuit__zone__path", flat=True).first()
    return Revealable(
        subject_id=who.subject_id,
        fields=fields,
        unit_path=found.enterprise.path if found.enterprise is not None else zone or "/",
        labels={
            walkins.NAME: gettext_lazy("姓名"),
            walkins.NUMBER: gettext_lazy("证件号码"),
            "phone": gettext_lazy("手机"),
        },
        masked={
            field: masks[field](vault.open(who.subject_id, field, sealed)) for field, sealed in fields.items()
        },
    )


def register() -> None:
    """Make it known; called when the application is ready."""
    register_revealable(HOLD, reveal_hold)
    register_rule(
        RetentionRule(
            key="screening.holds",
            label=gettext_lazy("混管追阳中的管控人员"),
            purpose=gettext_lazy("混管阳性时管控到人，单采后解除或转为病例。"),
            basis=gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=HOLD_DAYS,
            due=holds_due,
            destroy=cut_holds,
            response=True,
            most=60,
            kept=gettext_lazy("没有人员的管控时间和结果。"),
        )
    )
    register_rule(
        RetentionRule(
            key="screening.exemptions",
            label=gettext_lazy("暂不采样的登记"),
            purpose=gettext_lazy("核定每轮应采人数，说明哪些人为什么不采。"),
            basis=gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=DAYS,
            due=due,
            destroy=destroy,
            response=True,
            most=60,
            kept=gettext_lazy("每轮暂不采样的人数。"),
        )
    )
