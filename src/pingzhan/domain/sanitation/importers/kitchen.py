"""The import of checks of canteens, a row for each canteen and day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.sanitation.actions import kitchen
from pingzhan.domain.sanitation.enums import KitchenResult, KitchenTask
from pingzhan.domain.sanitation.models import KitchenCheck
from pingzhan.domain.sanitation.queries.canteen import canteens_of
from pingzhan.domain.sanitation.queries.kitchen import standing
from pingzhan.domain.territory.api import FirmScopes, enterprise_of
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Verdict,
    register_import,
)
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid

_NUMBERS = ("staff", "feverish", "ill", "removed", "samples")
_BETWEEN = re.compile(r"[\u3001\uff0c,;\uff1b/ ]+")
COLUMNS = (
    Column("site", gettext_lazy("食堂编号"), Kind.CODE, required=True, width=12, example="C1", max_length=20),
    Column("day", gettext_lazy("检查日期"), Kind.DATE, required=True, width=12),
    Column("staff", gettext_lazy("到岗从业人员"), Kind.INTEGER, required=True, width=14),
    Column("feverish", gettext_lazy("发热人数"), Kind.INTEGER, width=10),
    Column("ill", gettext_lazy("有症状不发热人数"), Kind.INTEGER, width=12),
    Column("removed", gettext_lazy("已离岗人数"), Kind.INTEGER, width=12),
    Column("samples", gettext_lazy("留样菜品数"), Kind.INTEGER, width=12),
    Column(
        "problems",
        gettext_lazy("有问题的步骤"),
        width=24,
        note=gettext_lazy("没有问题的留空；几个步骤之间用顿号分开。"),
        max_length=100,
    ),
    Column("absent", gettext_lazy("不适用的步骤"), width=20, max_length=100),
    Column(
        "note",
        gettext_lazy("情况说明"),
        width=30,
        note=gettext_lazy("有问题时必填。"),
        max_length=kitchen.NOTE,
    ),
)


CANTEENS = FirmScopes(Permission.KEEP_LEDGERS, having=SiteKind.CANTEEN)


@dataclass(frozen=True, slots=True)
class _Plan:
    data: kitchen.CheckData
    site_id: int


def _tasks(text: str | None, place: str) -> list[KitchenTask]:
    """Return the steps named in a cell. Invalid with the words that are known when one is not."""
    names = {str(task.label): task for task in KitchenTask}
    found = []
    for word in _BETWEEN.split((text or "").strip()):
        if not word:
            continue
        task = names.get(word)
        if task is None:
            raise Invalid(
                _("没有“%(word)s”这个步骤。") % {"word": word[:20]},
                place=place,
                hint=_("步骤有：%(all)s。") % {"all": "、".join(names)},
            )
        found.append(task)
    return found


def _data(values: dict[str, Any]) -> kitchen.CheckData:
    note = values["note"] or ""
    found: dict[KitchenTask, tuple[KitchenResult, str]] = dict.fromkeys(
        _tasks(values["absent"], "absent"), (KitchenResult.ABSENT, "")
    )
    found |= dict.fromkeys(_tasks(values["problems"], "problems"), (KitchenResult.PROBLEM, note))
    staff, feverish, ill, removed, samples = (int(values[key] or 0) for key in _NUMBERS)
    return kitchen.CheckData(values["day"], staff, feverish, ill, removed, samples, found)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the book of the enterprise: a day that has a check is corrected on the page only."""
    unit, today = enterprise_of(ctx), business_now()[1]
    sites = {site.code: site for site in canteens_of(unit.pk)}
    days = {row.values["day"] for row in rows}
    known = {
        (one.site_id, one.day): one
        for one in standing(
            KitchenCheck.objects.filter(enterprise=unit, day__in=days).prefetch_related("steps")
        )
    }
    return [_judge(row, unit, sites, known, today) for row in rows]


def _judge(
    row: Row, unit: Unit, sites: dict[str, Site], known: dict[tuple[int, Any], KitchenCheck], today: Any
) -> Verdict:
    values = row.values
    site = sites.get(values["site"])
    if site is None:
        return Verdict.refused("site", _("本企业没有编号为%(code)s的食堂。") % {"code": values["site"]})
    try:
        data = _data(values)
        stored = known.get((site.pk, data.day))
        if stored is not None:
            if _same(stored, data):
                return Verdict(Outcome.SAME)
            return Verdict.refused("day", _("这一天已有检查记录，登记有误的请在页面上更正。"))
        kitchen.checked_data(unit, data, today=today)
    except Invalid as error:
        place = "note" if error.place.startswith("note_") else error.place
        return Verdict.refused(place if place in values else "", told(error))
    return Verdict(Outcome.NEW, carry=_Plan(data, site.pk))


def _same(stored: KitchenCheck, data: kitchen.CheckData) -> bool:
    """Return whether numbers and steps say the same; that unwell staff still works is noted without being said."""
    steps = {
        KitchenTask(one.task): KitchenResult(one.result)
        for one in stored.steps.all()
        if one.result != KitchenResult.OK
    }
    told = {task: result for task, (result, _note) in data.found.items()}
    if data.feverish + data.ill > data.removed:
        told[KitchenTask.STAFF] = KitchenResult.PROBLEM
    return steps == told and all(getattr(stored, key) == getattr(data, key) for key in _NUMBERS)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Register the chosen rows by the same action as the page."""
    unit = enterprise_of(ctx)
    for one in judged:
        plan: _Plan = one.verdict.carry
        kitchen.check_kitchen(enterprise=unit, site_id=plan.site_id, data=plan.data, by=ctx.by)


CHECKS = ImportSpec(
    key="canteen.checks",
    title=gettext_lazy("食堂卫生检查"),
    columns=COLUMNS,
    natural_key=("site", "day"),
    may=CANTEENS.may_fill,
    scopes=CANTEENS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/canteen/",
    note=gettext_lazy("按食堂和日期核对。已有记录的日子不覆盖，有误的请在页面上更正。"),
    max_rows=1_000,
)


def register() -> None:
    """Make the import known."""
    register_import(CHECKS)
