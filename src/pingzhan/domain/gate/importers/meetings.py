"""The import of meetings that were held or are planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate.actions import closing
from pingzhan.domain.gate.models import Meeting
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

COLUMNS = (
    Column("day", gettext_lazy("日期"), Kind.DATE, required=True, width=12),
    Column("time", gettext_lazy("时刻"), Kind.TIME, required=True, width=8, example="08:30"),
    Column("topic", gettext_lazy("会议名称"), required=True, width=24, max_length=60, check=fold),
    Column(
        "persons", gettext_lazy("到场人数"), Kind.INTEGER, required=True, width=10, minimum=1, maximum=10_000
    ),
    Column("online", gettext_lazy("视频会议"), Kind.BOOLEAN, width=10),
    Column("place", gettext_lazy("地点"), width=16, max_length=60, check=fold),
)
TITLES = {one.key: one.title for one in COLUMNS}
_FACTS = ("persons", "online", "place")


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the meetings of the enterprise. One query for the batch, and those of the rule."""
    unit, moment = enterprise_of(ctx), clock.now()
    limit = closing.meeting_limit(unit)
    moments_of = [_held_at(row) for row in rows]
    minutes = [one.replace(second=0, microsecond=0) for one in moments_of]
    stored = {
        (one.held_at.replace(second=0, microsecond=0), one.topic): one
        for one in Meeting.objects.filter(
            enterprise=unit,
            cancelled_at__isnull=True,
            held_at__gte=min(minutes),
            topic__in=[row.values["topic"] for row in rows],
        )
    }
    verdicts = []
    for row, at in zip(rows, moments_of, strict=True):
        values = row.values
        known = stored.get((at, values["topic"]))
        if known is not None:
            verdicts.append(_known(known, row, ctx.absent))
            continue
        data = closing.MeetingData(
            topic=values["topic"],
            held_at=at,
            persons=values["persons"],
            online=bool(values["online"]),
            place=values["place"] or "",
        )
        try:
            closing.new_meeting(unit, data, limit, moment, by_name=ctx.by.name)
        except Invalid as error:
            place = {"held_at": "day"}.get(error.place, error.place)
            verdicts.append(Verdict.refused(place if place in values else "", told(error)))
            continue
        verdicts.append(Verdict(Outcome.NEW, carry=data))
    return verdicts


def _held_at(row: Row) -> datetime:
    return timezone.make_aware(datetime.combine(row.values["day"], row.values["time"]))


def _known(known: Meeting, row: Row, absent: frozenset[str]) -> Verdict:
    for key in _FACTS:
        held = getattr(known, key)
        if key not in absent and held != (row.values[key] or type(held)()):
            return Verdict.refused(
                key,
                _("这次会议已登记，%(column)s与登记的不同；登记有误的请取消后重新登记。")
                % {"column": TITLES[key]},
            )
    return Verdict(Outcome.SAME)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Register the meetings that were chosen by the same action as the page."""
    unit = enterprise_of(ctx)
    for one in judged:
        closing.hold_meeting(enterprise=unit, data=one.verdict.carry, by=ctx.by)


MEETINGS = ImportSpec(
    key="gate.meetings",
    title=gettext_lazy("会议登记"),
    columns=COLUMNS,
    natural_key=("day", "time", "topic"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/gate/",
    note=gettext_lazy("按日期、时刻和会议名称核对。已登记的不改；到场人数超过现行上限的不能登记。"),
    max_rows=2_000,
)
