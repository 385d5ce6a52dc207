"""The day's check of a canteen, and its correction (annex 2 (5): 食堂卫生、餐具消毒、原料采购)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.measures.api import in_force
from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation import canteen_duties, canteen_rights
from pingzhan.domain.sanitation.enums import OFTEN, KitchenResult, KitchenTask
from pingzhan.domain.sanitation.models import KitchenCheck, KitchenStep
from pingzhan.domain.sanitation.queries.canteen import canteens_of
from pingzhan.domain.sanitation.queries.kitchen import PHOTOS, standing
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

BACK = timedelta(days=30)
"""How long after a day its check may still be registered."""
RECENT = timedelta(days=7)
"""How old the check may be that a check in one tap goes by."""
NOTE = 200
MOST = 100_000
"""Bound of each number of a check."""
FEVER = 37.3


@dataclass(frozen=True, slots=True)
class CheckData:
    """What was found: the staff as counts, dishes kept as samples, and of each step only what was not in order.

    Whoever has a fever counts as feverish only, whatever else he has; ``ill`` are those with symptoms alone.
    ``found`` holds the steps with a problem or that do not apply, each with its words; all others were in order.
    """

    day: date
    staff: int
    feverish: int = 0
    ill: int = 0
    removed: int = 0
    samples: int = 0
    found: Mapping[KitchenTask, tuple[KitchenResult, str]] = field(default_factory=dict)
    photos: Sequence[bytes] = ()


def tasks_of(unit: Unit) -> tuple[KitchenTask, ...]:
    """Return the steps asked of a canteen now: those of every day, and the suspension where it is ordered."""
    ordered = any(one.key == "canteen.close" for one in in_force(unit).measures)
    return (*OFTEN, KitchenTask.SUSPENDED) if ordered else OFTEN


def fever_line(unit: Unit) -> float:
    """Return the temperature from which somebody counts as feverish, degrees Celsius; 37.3 when no set says."""
    line = in_force(unit).parameters.get("fever_line")
    return float(line.value) if line is not None else FEVER


@transaction.atomic
def check_kitchen(*, enterprise: Unit, site_id: int, data: CheckData, by: Actor) -> KitchenCheck:
    """Register the check of a canteen on a day; each measure whose steps are all in order is met.

    Raises Refused, Invalid with the place, Conflict when the day has a check: it is corrected instead.
    """
    canteen_rights.require_canteen(by, enterprise)
    site = Site.objects.filter(pk=site_id, enterprise=enterprise, kind=SiteKind.CANTEEN, active=True).first()
    if site is None:
        raise Invalid(_("本企业没有这个在用的食堂。"), place="site")
    if KitchenCheck.objects.filter(site=site, day=data.day).exists():
        raise Conflict(
            _("%(site)s %(day)s 已有检查记录。") % {"site": site.name, "day": data.day.isoformat()},
            hint=_("登记有误的，请在记录中更正。"),
            code="checked",
        )
    return _store(enterprise, site, data, by, verb="canteen.checked")


@transaction.atomic
def correct_check(*, check_id: int, data: CheckData, reason: str, by: Actor) -> KitchenCheck:
    """Replace a check by what is right; the old one stays in the book. The day cannot be corrected.

    Raises NotFound, Refused, Invalid without a reason, Conflict when it was corrected before.
    """
    old = (
        canteen_rights.checks_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "site")
        .filter(pk=check_id)
        .first()
    )
    if old is None:
        raise NotFound(_("没有这份检查记录，或您无权查看。"))
    canteen_rights.require_canteen(by, old.enterprise)
    if KitchenCheck.objects.filter(replaces=old).exists():
        raise Conflict(_("这份检查记录已经更正过。"), hint=_("请更正最新的一份。"), code="replaced")
    words = reason.strip()[:NOTE]
    if not words:
        raise Invalid(_("请写明更正的理由。"), place="reason", code="reason_missing")
    if data.day != old.day:
        raise Invalid(_("更正时不能改变检查日期。"), place="day")
    return _store(old.enterprise, old.site, data, by, verb="canteen.corrected", old=old, reason=words)


def checked_data(unit: Unit, data: CheckData, *, today: date) -> dict[KitchenTask, tuple[KitchenResult, str]]:
    """Return each step with its result. Invalid with the place for what cannot be.

    Staff with fever or symptoms who still work, and no sample kept, are problems whatever was ticked.
    """
    if data.day > today:
        raise Invalid(_("检查日期不能晚于今天。"), place="day")
    if data.day < today - BACK:
        raise Invalid(_("只能登记 30 天以内的检查。"), place="day")
    for name, n in (("staff", data.staff), ("samples", data.samples)):
        if not 0 <= n <= MOST:
            raise Invalid(_("请填写 0 到 100000 之间的整数。"), place=name)
    if data.staff < 1 and KitchenTask.STAFF not in data.found:
        raise Invalid(_("请填写到岗从业人员的人数。"), place="staff")
    for name, n in (("feverish", data.feverish), ("ill", data.ill), ("removed", data.removed)):
        if not 0 <= n <= data.staff:
            raise Invalid(
                _("发热、有症状和已离岗的人数不能超过到岗人数（%(n)d 人）。") % {"n": data.staff}, place=name
            )
    steps: dict[KitchenTask, tuple[KitchenResult, str]] = {}
    for task in tasks_of(unit):
        result, note = data.found.get(task, (KitchenResult.OK, ""))
        words = note.strip()[:NOTE]
        if result == KitchenResult.PROBLEM and not words:
            raise Invalid(
                _("“%(task)s”有问题，请写明情况。") % {"task": task.label}, place=f"note_{task.value}"
            )
        steps[task] = (KitchenResult(result), words)
    unwell = data.feverish + data.ill
    if unwell > data.staff:
        raise Invalid(
            _("发热和有症状的共 %(unwell)d 人，超过到岗人数（%(n)d 人）。")
            % {"unwell": unwell, "n": data.staff},
            place="ill",
            hint=_("既发热又有症状的，只填在发热人数中。"),
        )
    still = unwell - data.removed
    if still > 0 and steps[KitchenTask.STAFF][0] != KitchenResult.PROBLEM:
        steps[KitchenTask.STAFF] = (
            KitchenResult.PROBLEM,
            _("有 %(n)d 名发热或有症状的人员尚未离岗。") % {"n": still},
        )
    if data.samples < 1 and steps[KitchenTask.SAMPLES][0] == KitchenResult.OK:
        raise Invalid(
            _("请填写留样菜品数。"),
            place="samples",
            hint=_("没有留样的，请把“食品留样”标为有问题或不适用。"),
        )
    return steps


def _store(
    unit: Unit,
    site: Site,
    data: CheckData,
    by: Actor,
    *,
    verb: str,
    old: KitchenCheck | None = None,
    reason: str = "",
) -> KitchenCheck:
    now, today = business_now()
    steps = checked_data(unit, data, today=today)
    row = KitchenCheck(
        enterprise=unit,
        site=site,
        day=data.day,
        staff=data.staff,
        feverish=data.feverish,
        ill=data.ill,
        removed=data.removed,
        samples=data.samples,
        replaces=old,
        reason=reason,
        by_name=by.name,
    )
    try:
        row.full_clean(exclude=["enterprise", "site", "replaces"])
    except ValidationError as error:
        raise Invalid("".join(error.messages)) from error
    row.save(force_insert=True)
    KitchenStep.objects.bulk_create(
        KitchenStep(check_row=row, task=task, result=result, note=note)
        for task, (result, note) in steps.items()
    )
    photos = keep_photos(PHOTOS, row.pk, unit.path, list(data.photos))
    at = now if data.day == today else clock.noon(data.day)
    closed = canteen_duties.checked(unit.pk, data.day, at, by)
    problems = sum(result == KitchenResult.PROBLEM for result, _note in steps.values())
    record(
        verb,
        by=by,
        subject=("kitchen_check", row.pk),
        unit_path=unit.path,
        body={"problems": problems, "photos": photos, "closed": closed},
    )
    return row


@transaction.atomic
def check_as_last(*, enterprise: Unit, by: Actor) -> int:
    """Say that every canteen was checked today and is in order, with staff and samples as last time.

    Returns how many checks were registered, 0 when today has them all. Conflict when a canteen has no check of
    the last days to go by, or when its last one found a problem: then the steps are looked at one by one.
    """
    canteen_rights.require_canteen(by, enterprise)
    today = business_now()[1]
    made = 0
    for site in canteens_of(enterprise.pk):
        rows = standing(KitchenCheck.objects.filter(site=site, day__gte=today - RECENT, day__lte=today))
        last = rows.prefetch_related("steps").order_by("-day", "-pk").first()
        if last is not None and last.day == today:
            continue
        steps = {} if last is None else {KitchenTask(step.task): step for step in last.steps.all()}
        if last is None or any(step.result == KitchenResult.PROBLEM for step in steps.values()):
            raise Conflict(
                _("%(site)s最近 7 天没有合格的检查可以沿用。") % {"site": site.name},
                hint=_("请到食堂卫生检查中逐项登记。"),
                code="no_pattern",
            )
        absent = {
            task: (KitchenResult.ABSENT, step.note)
            for task, step in steps.items()
            if step.result == KitchenResult.ABSENT
        }
        data = CheckData(day=today, staff=last.staff, samples=last.samples, found=absent)
        check_kitchen(enterprise=enterprise, site_id=site.pk, data=data, by=by)
        made += 1
    if not made:
        canteen_duties.checked(enterprise.pk, today, business_now()[0], by)
    return made
