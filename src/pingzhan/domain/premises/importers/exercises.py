"""The import of drills that the enterprise held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.premises.actions.exercises import MAX_TEXT, ExerciseData, hold_exercise, new_exercise
from pingzhan.domain.premises.models import Exercise
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import tidy

COLUMNS = (
    Column("held_on", gettext_lazy("日期"), Kind.DATE, required=True, width=12),
    Column("topic", gettext_lazy("演练内容"), required=True, width=24, max_length=60),
    Column("place", gettext_lazy("地点"), required=True, width=16, max_length=60),
    Column(
        "persons", gettext_lazy("参加人数"), Kind.INTEGER, required=True, width=10, minimum=1, maximum=100_000
    ),
    Column("course", gettext_lazy("演练经过"), required=True, width=40, max_length=MAX_TEXT),
    Column(
        "found",
        gettext_lazy("发现的问题"),
        width=30,
        max_length=MAX_TEXT,
        note=gettext_lazy("没有发现问题的可以不填。"),
    ),
    Column("mended", gettext_lazy("改进措施"), width=30, max_length=MAX_TEXT),
)
TITLES = {one.key: one.title for one in COLUMNS}


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the drills of the enterprise. One query for the batch."""
    unit, today = enterprise_of(ctx), clock.today()
    stored = {
        (one.held_on, tidy(one.topic)): one
        for one in Exercise.objects.filter(
            enterprise=unit, voided_at__isnull=True, held_on__in=[row.values["held_on"] for row in rows]
        )
    }
    verdicts = []
    for row in rows:
        values: dict[str, Any] = {key: "" if value is None else value for key, value in row.values.items()}
        known = stored.get((values["held_on"], values["topic"]))
        if known is not None:
            verdicts.append(_known(known, row, ctx.absent))
            continue
        data = ExerciseData(**values)
        try:
            new_exercise(unit, data, by_name=ctx.by.name, today=today)
        except Invalid as error:
            verdicts.append(Verdict.refused(error.place if error.place in values else "", told(error)))
            continue
        verdicts.append(Verdict(Outcome.NEW, carry=data))
    return verdicts


def _known(known: Exercise, row: Row, absent: frozenset[str]) -> Verdict:
    for key, value in row.values.items():
        held = getattr(known, key)
        if key not in absent and (tidy(held) if isinstance(held, str) else held) != (value or ""):
            return Verdict.refused(
                key,
                _("这次演练已登记，%(column)s与登记的不同；登记有误的请作废后重新登记。")
                % {"column": TITLES[key]},
            )
    return Verdict(Outcome.SAME)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Register the drills that were chosen by the same action as the page."""
    unit = enterprise_of(ctx)
    for one in judged:
        hold_exercise(enterprise=unit, data=one.verdict.carry, by=ctx.by)


EXERCISES = ImportSpec(
    key="premises.exercises",
    title=gettext_lazy("企业应急演练"),
    columns=COLUMNS,
    natural_key=("held_on", "topic"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/duty/",
    note=gettext_lazy("按日期和演练内容核对。已登记的不改；照片在演练页面登记时上传。"),
    max_rows=1_000,
)
