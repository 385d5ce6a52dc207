"""The import of what was cleaned and aired in the last days, by the same action as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.obligations.api import business_clock
from pingzhan.domain.sanitation.actions import checks
from pingzhan.domain.sanitation.actions.cleaning import Line, enter_lines
from pingzhan.domain.sanitation.enums import Agent, Entered, Kind
from pingzhan.domain.sanitation.models import Area, Record
from pingzhan.domain.sanitation.queries.days import areas_in_use, rounds_of
from pingzhan.domain.sanitation.rounds import round_key
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Outcome,
    Row,
    Verdict,
)
from pingzhan.foundation.imports.spec import (
    Kind as Cell,
)
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid

COLUMNS = (
    Column("area", gettext_lazy("区域"), required=True, width=18, max_length=60),
    Column("kind", gettext_lazy("事项"), Cell.CHOICE, required=True, width=8, choices=tuple(Kind.choices)),
    Column("day", gettext_lazy("日期"), Cell.DATE, required=True, width=12),
    Column("time", gettext_lazy("时刻"), Cell.TIME, required=True, width=8, example="08:30"),
    Column(
        "agent",
        gettext_lazy("消毒剂"),
        Cell.CHOICE,
        width=16,
        choices=tuple(Agent.choices),
        note=gettext_lazy("不填时按区域的常用消毒剂和浓度；通风不填。"),
    ),
    Column("strength", gettext_lazy("浓度"), Cell.DECIMAL, width=8, example="500"),
    Column("minutes", gettext_lazy("分钟"), Cell.INTEGER, width=8, note=gettext_lazy("通风必填。")),
    Column("note", gettext_lazy("说明"), width=20, max_length=120),
)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the ledger. Two queries for the batch, and a few for each day in it."""
    unit, now = enterprise_of(ctx), clock.now()
    areas = areas_in_use(unit)
    by_name = {area.name: area for area in areas}
    stood = {
        (one.area_id, one.kind, one.day, one.round): one
        for one in Record.objects.filter(
            enterprise=unit, at__gte=now - checks.OLDEST - checks.ONE_DAY, voided_at__isnull=True
        )
    }
    rounds: dict[Any, Any] = {}
    seen: set[Any] = set()
    found = []
    for row in rows:
        area = by_name.get(row.values["area"])
        if area is None:
            found.append(
                Verdict.refused(
                    "area", _("本企业没有名称为“%(name)s”的区域。") % {"name": row.values["area"]}
                )
            )
            continue
        at = timezone.make_aware(datetime.combine(row.values["day"], row.values["time"]))
        day, kind = business_clock().day_of(at), Kind(row.values["kind"])
        try:
            line = _line(row, area, kind, at, now)
        except Invalid as error:
            place = {"at": "time"}.get(error.place, error.place)
            found.append(Verdict.refused(place if place in row.values else "", told(error)))
            continue
        if day not in rounds:
            rounds[day] = rounds_of(unit, day, now, areas)[0]
        key = (area.pk, kind.value, day, round_key(kind, area, at, rounds[day]))
        found.append(_judged(line, stood.get(key), key in seen))
        seen.add(key)
    return found


def _line(row: Row, area: Area, kind: Kind, at: datetime, now: datetime) -> Line:
    values = row.values
    checks.read_moment(at, now)
    airing = kind == Kind.VENTILATION
    agent = values["agent"] or ""
    if airing and (agent or values["strength"] is not None):
        raise Invalid(_("通风不填消毒剂和浓度。"), place="agent")
    if not airing and agent:
        checks.read_strength(agent, values["strength"])
    elif not airing and values["strength"] is not None:
        checks.read_strength(area.agent, values["strength"])
    checks.read_minutes(values["minutes"], required=airing)
    note = checks.read_words(values["note"] or "", place="note")
    return Line(area.pk, at, agent, values["strength"], values["minutes"], note)


def _judged(line: Line, stored: Record | None, repeated: bool) -> Verdict:
    if repeated:
        return Verdict.refused("time", _("这个区域的同一轮在表格中出现了两次。"))
    if stored is None:
        return Verdict(Outcome.NEW, carry=line)
    if stored.at.replace(second=0, microsecond=0) == line.at:
        return Verdict(Outcome.SAME)
    return Verdict.refused(
        "time",
        _("这个区域在这一轮已有 %(at)s 的登记，如有出入请更正那一条。")
        % {"at": f"{timezone.localtime(stored.at):%m-%d %H:%M}"},
    )


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Register the rows that were chosen by the action of the pages."""
    unit = enterprise_of(ctx)
    for kind in Kind:
        lines = [one.verdict.carry for one in judged if one.row.values["kind"] == kind]
        if lines:
            enter_lines(enterprise=unit, kind=kind, lines=lines, by=ctx.by, how=Entered.IMPORT)


RECORDS = ImportSpec(
    key="sanitation.records",
    title=gettext_lazy("消杀通风记录"),
    columns=COLUMNS,
    natural_key=("area", "kind", "day", "time"),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/sanitation/",
    note=gettext_lazy("只能导入 7 天以内的记录。已登记的不改，如有出入请在登记簿更正。"),
    max_rows=5_000,
)
