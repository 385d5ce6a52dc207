"""Meals of a canteen: when it serves, how many seats, how long a sitting lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.sanitation import canteen_duties, canteen_rights
from pingzhan.domain.sanitation.actions.canteen_drafts import discard, draft_under, lock_meal, outdate
from pingzhan.domain.sanitation.enums import MealKind
from pingzhan.domain.sanitation.mealrules import rules_of, sittings_within
from pingzhan.domain.sanitation.models import CanteenMeal
from pingzhan.domain.territory.enums import EnterpriseStatus, SiteKind
from pingzhan.domain.territory.models import Enterprise, Site, Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class MealData:
    """What is set of a meal; times are local."""

    kind: MealKind
    seats: int
    opens: time
    closes: time
    minutes: int = 20
    gap: int = 10


@transaction.atomic
def set_meal(
    *, enterprise: Unit, site_id: int, data: MealData, by: Actor, meal_id: int | None = None
) -> CanteenMeal:
    """Add a meal to a canteen or change one, and propose a plan at once.

    A published plan of a changed meal is outdated. Raises Refused, NotFound, or Invalid with the place.
    """
    canteen_rights.require_canteen(by, enterprise)
    if Enterprise.objects.filter(unit=enterprise, status=EnterpriseStatus.CLOSED).exists():
        raise Invalid(_("这家企业已注销，不能再登记。"), place="site")
    site = Site.objects.filter(pk=site_id, enterprise=enterprise, kind=SiteKind.CANTEEN, active=True).first()
    if site is None:
        raise Invalid(_("本企业没有这个在用的食堂。"), place="site")
    row = CanteenMeal(enterprise=enterprise) if meal_id is None else lock_meal(meal_id, by)
    if row.pk is not None and row.enterprise_id != enterprise.pk:
        raise NotFound(_("没有这一餐次，或您无权查看。"))
    row.site, row.kind, row.seats = site, data.kind, data.seats
    row.opens, row.closes, row.minutes, row.gap = data.opens, data.closes, data.minutes, data.gap
    _check_meal(row, site)
    row.save()
    outdated = outdate(row)
    draft_under(row, rules_of([enterprise.pk])[enterprise.pk], by=by)
    canteen_duties.broken(enterprise.pk)
    record(
        "canteen.meal_set",
        by=by,
        subject=("canteen_meal", row.pk),
        unit_path=enterprise.path,
        body={"seats": row.seats, "outdated": outdated},
    )
    return row


def _check_meal(row: CanteenMeal, site: Site) -> None:
    if site.capacity is not None and row.seats > site.capacity:
        raise Invalid(
            _("%(name)s登记的座位只有 %(n)d 个。") % {"name": site.name, "n": site.capacity},
            place="seats",
            hint=_("座位有变化的，请先在企业档案的场所中更正容量。"),
        )
    try:
        row.full_clean(exclude=["enterprise"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            raise Invalid("".join(messages), place="" if field == "__all__" else field) from error
    if not sittings_within(row.opens, row.closes, row.minutes, row.gap):
        raise Invalid(
            _("开餐到收餐的时间不够一场（%(n)d 分钟）。") % {"n": row.minutes},
            place="closes",
            hint=_("请延长开餐时间，或缩短每场就餐时间。"),
        )


@transaction.atomic
def end_meal(*, meal_id: int, by: Actor) -> None:
    """Take a meal out of use; its plans stay in the history. Conflict when it is already."""
    row = lock_meal(meal_id, by)
    if not row.active:
        raise Conflict(_("这一餐次已经停用。"), code="ended")
    outdate(row)
    discard(row)
    CanteenMeal.objects.filter(pk=row.pk).update(active=False)
    record("canteen.meal_ended", by=by, subject=("canteen_meal", row.pk), unit_path=row.enterprise.path)
