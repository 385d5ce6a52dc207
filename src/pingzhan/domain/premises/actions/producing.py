"""Figures of production, given and corrected. Those of one day are never taken for another's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.premises import duties, rules
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.enums import Period
from pingzhan.domain.premises.models import Figures
from pingzhan.domain.premises.personal import read_words
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Invalid

OLDEST = timedelta(days=366)
_FIELDS = ("output", "at_work", "orders", "power", "difficulty", "words")


@dataclass(frozen=True, slots=True)
class FiguresData:
    """Figures of one day or week; money in 10,000 yuan, power in kWh."""

    output: Decimal
    at_work: int
    orders: Decimal | None = None
    power: Decimal | None = None
    difficulty: str = ""
    words: str = ""


def checked_row(
    enterprise: Unit, day: date, period: Period, data: FiguresData, *, by_name: str, today: date
) -> Figures:
    """Return the row these figures make, not stored. Raises Invalid. A week is kept under its Monday."""
    if day > today:
        raise Invalid(_("日期不能晚于今天。"), place="day")
    if today - day > OLDEST:
        raise Invalid(_("只能填报最近一年的情况。"), place="day")
    words = read_words(data.words, place="words", most=300)
    if words and not data.difficulty:
        raise Invalid(_("请选择困难类别。"), place="difficulty")
    if data.difficulty and not words:
        raise Invalid(_("请写明困难和需求。"), place="words")
    return Figures(
        enterprise=enterprise,
        period=period,
        day=clock.monday(day) if period == Period.WEEK else day,
        output=data.output,
        at_work=data.at_work,
        orders=data.orders,
        power=data.power,
        difficulty=data.difficulty,
        words=words,
        made_by=by_name,
    )


@transaction.atomic
def save_figures(
    *, enterprise: Unit, day: date, data: FiguresData, by: Actor, period: Period = Period.DAY
) -> tuple[Figures, bool]:
    """Give or correct the figures of a day or week; return them and whether they are new."""
    rules.require_keep(by, enterprise)
    common.one_at_a_time(enterprise)
    today = clock.today()
    row = checked_row(enterprise, day, period, data, by_name=by.name, today=today)
    stored = Figures.objects.filter(enterprise=enterprise, period=period, day=row.day).first()
    new = stored is None
    if stored is not None:
        if not stored.output and row.output:
            duties.not_stopped(stored)
        for field in _FIELDS:
            setattr(stored, field, getattr(row, field))
        stored.made_by = by.name
        row = stored
    checked(row, exclude=["enterprise"])
    row.save()
    # Figures of yesterday, given this morning, are what is due now.
    at = clock.now() if (today - row.day).days <= (1 if period == Period.DAY else 13) else clock.noon(row.day)
    closed = duties.produced(enterprise, row, at, by)
    record(
        "premises.figures_given" if new else "premises.figures_corrected",
        by=by,
        subject=("figures", row.pk),
        unit_path=enterprise.path,
        body={"closed": closed},
    )
    return row, new
