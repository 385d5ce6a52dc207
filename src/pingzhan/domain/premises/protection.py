"""What this module holds of persons, and how it is shown, kept and overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises import personal, rules
from pingzhan.domain.premises.enums import IncidentState
from pingzhan.domain.premises.models import Incident
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.photos.owners import PhotoOwner, register_owner
from pingzhan.foundation.privacy.holders import Holder, register_holder, register_kind
from pingzhan.foundation.privacy.masks import mask_phone
from pingzhan.foundation.privacy.retention import Kept, RetentionRule, register_kept, register_rule
from pingzhan.foundation.privacy.reveal import Revealable, register_revealable
from pingzhan.kernel.errors import NotFound

INCIDENT = "premises_incident"
"""What can be opened on the record."""
TRAINING_PHOTOS = "premises_training"
STEP_PHOTOS = "premises_step"
PLAN_PHOTOS = "premises_plan"
EXERCISE_PHOTOS = "premises_exercise"
DAYS = 60
_HELD = Q(phone_sealed__isnull=False) | ~Q(symptoms="")


def _count(ids: Sequence[int]) -> int:
    return Incident.objects.filter(_HELD, subject__in=ids).count()


def _scrub(ids: Sequence[int]) -> int:
    return Incident.objects.filter(_HELD, subject__in=ids).update(phone_sealed=None, symptoms="")


def due(now: datetime, days: int, limit: int) -> list[int]:
    """Return closed incidents whose phone and symptoms are older than ``days`` days."""
    rows = Incident.objects.filter(
        _HELD, state=IncidentState.CLOSED, closed_at__lt=now - timedelta(days=days)
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def destroy(ids: Sequence[int]) -> int:
    """Forget phone and symptoms of incidents; what happened where and when stays."""
    return Incident.objects.filter(pk__in=ids).update(phone_sealed=None, symptoms="")


def find(actor: Actor, pk: int) -> Revealable:
    """Return what may be opened of an incident. NotFound for whoever may not see it."""
    row = rules.incidents_visible_to(actor).select_related("enterprise").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("没有这个事件，或您无权查看。"))
    return Revealable(
        subject_id=row.subject_id,
        fields={personal.PHONE: row.phone_sealed},
        unit_path=row.enterprise.path,
        labels={personal.PHONE: gettext_lazy("联系电话")},
        masked={personal.PHONE: mask_phone(personal.phones([row])[row.pk])},
    )


def may_read_photos(actor: Actor, training_id: int) -> bool:
    """Return whether somebody may open the photographs of a session."""
    return rules.trainings_visible_to(actor).filter(pk=training_id).exists()


def may_read_step(actor: Actor, step_id: int) -> bool:
    """Return whether somebody may open the photographs of a line of an incident's story."""
    return rules.incidents_visible_to(actor).filter(steps=step_id).exists()


def may_read_plan(actor: Actor, plan_id: int) -> bool:
    """Return whether somebody may open the photographed pages of a plan."""
    return rules.plans_visible_to(actor).filter(pk=plan_id).exists()


def may_read_exercise(actor: Actor, exercise_id: int) -> bool:
    """Return whether somebody may open the photographs of a drill."""
    return rules.exercises_visible_to(actor).filter(pk=exercise_id).exists()


def register() -> None:
    """Make all of it known; called when the application is ready."""
    register_kind(personal.CALLER, gettext_lazy("事件报告联系人"))
    register_holder(
        Holder(
            key="premises.incident",
            label=gettext_lazy("事件报告"),
            kind=personal.CALLER,
            count=_count,
            scrub=_scrub,
            describe=gettext_lazy("加密的联系电话和症状；销毁后只留时间、地点、人数和经过。"),
        )
    )
    register_rule(
        RetentionRule(
            key="premises.incidents",
            label=gettext_lazy("事件报告的联系电话和症状"),
            purpose=gettext_lazy("处置期间联系报告人，结束后复核。"),
            basis=gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。"),
            days=DAYS,
            due=due,
            destroy=destroy,
            response=True,
            most=180,
            kept=gettext_lazy("事件的时间、地点、人数和经过。"),
        )
    )
    register_kept(
        Kept(
            key="premises.ledgers",
            label=gettext_lazy("方案、培训、值班和生产经营情况"),
            why=gettext_lazy("落实单位责任的证明；职工只以用工编号记录，姓名随花名册销毁。"),
        )
    )
    register_owner(
        PhotoOwner(
            kind=TRAINING_PHOTOS,
            label=gettext_lazy("宣传培训的照片"),
            may_read=may_read_photos,
            purpose=gettext_lazy("证明培训已经开展，供核实和复盘。"),
            days=365,
            least=30,
        )
    )
    register_owner(
        PhotoOwner(
            kind=STEP_PHOTOS,
            label=gettext_lazy("事件报告的照片"),
            may_read=may_read_step,
            purpose=gettext_lazy("说明现场情况和处置经过，供指挥部处置和复核。"),
            days=DAYS,
            least=30,
        )
    )
    register_owner(
        PhotoOwner(
            kind=PLAN_PHOTOS,
            label=gettext_lazy("方案和预案的扫描页"),
            may_read=may_read_plan,
            purpose=gettext_lazy("证明方案和预案已经制定，供审核和核查。"),
            days=3 * 365,
            least=180,
        )
    )
    register_owner(
        PhotoOwner(
            kind=EXERCISE_PHOTOS,
            label=gettext_lazy("企业应急演练的照片"),
            may_read=may_read_exercise,
            purpose=gettext_lazy("证明演练已经开展，供核实和复盘。"),
            days=365,
            least=30,
        )
    )
    register_revealable(INCIDENT, find)
