"""The import of results: a line for a tube, by its code. What does not fit is refused in words and kept on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy

from pingzhan.domain.screening.actions.intake import read_code, read_reason
from pingzhan.domain.screening.actions.laboratory import (
    ResultIn,
    enter_results,
    judge_results,
    refuse_results,
)
from pingzhan.domain.screening.enums import ResultFault
from pingzhan.domain.screening.enums import Verdict as Said
from pingzhan.domain.screening.importers.context import source_of, zone_of
from pingzhan.domain.screening.rules import result_zones
from pingzhan.domain.screening.writings import ct_words, fault_words, read_ct, read_moment
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Scope,
    Verdict,
)


def _code(text: str) -> str:
    return read_code(text, place="code")


def _reason(text: str) -> str:
    return read_reason(text, place="correction")


def _moment(text: str) -> str:
    return read_moment(text).isoformat()


def _ct(text: str) -> str:
    return ct_words(read_ct(text))


COLUMNS = (
    Column("code", gettext_lazy("管码"), Kind.CODE, required=True, width=18, example="PZ0520-0001", max_length=40,
           aliases=("采样管编号", "样本编号"), check=_code),
    Column("verdict", gettext_lazy("结果"), Kind.CHOICE, required=True, width=10, choices=tuple(Said.choices),
           aliases=("检测结果",)),
    Column("tested_at", gettext_lazy("检测时间"), required=True, width=20, example="2026-05-20 14:30",
           max_length=40, check=_moment),
    Column("ct", gettext_lazy("Ct 值"), width=24, max_length=120, check=_ct, aliases=("CT值",),
           note=gettext_lazy("可以不填；分基因的写成“ORF1ab 31.2；N 33”。")),
    Column("correction", gettext_lazy("更正原因"), width=24, max_length=60, check=_reason,
           note=gettext_lazy("这一管已有不同的结果时填写，原结果保留。")),
)  # fmt: skip
_AT_FAULT = {
    ResultFault.OTHER_RESULT: "correction",
    ResultFault.TIME: "tested_at",
    ResultFault.TWICE: "verdict",
}


def _may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.ENTER_RESULTS, path)


def _scopes(actor: Actor) -> Sequence[Scope]:
    return [
        Scope(zone.code, zone.path, zone.name)
        for zone in result_zones(actor)
        if actor.has(Permission.ENTER_RESULTS, zone.path)
    ]


def _line(row: Row) -> ResultIn:
    values = row.values
    return ResultIn(
        code=values["code"], verdict=Said(values["verdict"]), row=row.number,
        tested_at=datetime.fromisoformat(values["tested_at"]), ct=read_ct(values["ct"] or ""),
        correction=values["correction"] or "",
    )  # fmt: skip


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Say of each row what would become of it. Two queries for the batch."""
    lines = [_line(row) for row in rows]
    judged = judge_results(zone=zone_of(ctx), results=lines, lock=ctx.storing)
    found: list[Verdict] = []
    for line, (answer, before) in zip(lines, judged, strict=True):
        if answer.fault is not None:
            column = _AT_FAULT.get(answer.fault, "code")
            found.append(Verdict.refused(column, fault_words(answer.fault), answer.fault.value))
        elif answer.status == "same":
            found.append(Verdict(Outcome.SAME))
        elif before is None:
            found.append(Verdict(Outcome.NEW))
        else:
            change = (str(before.get_verdict_display()), str(line.verdict.label))
            found.append(Verdict(Outcome.CHANGED, changes={"verdict": change}))
    return found


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Enter the results that were chosen; one that differs from what held is a correction."""
    enter_results(
        zone=zone_of(ctx), results=[_line(one.row) for one in judged], source=source_of(ctx), by=ctx.by
    )


def refused(judged: Sequence[Judged], ctx: Context) -> None:
    """Put on record what did not fit, as it was judged."""
    refuse_results(
        zone=zone_of(ctx), source=source_of(ctx), by=ctx.by,
        refused=[(_line(one.row), ResultFault(one.verdict.carry)) for one in judged],
    )  # fmt: skip


RESULTS = ImportSpec(
    key="screening.results",
    title=gettext_lazy("检测结果"),
    columns=COLUMNS,
    natural_key=("code",),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    refused=refused,
    done_url=lambda scope: "/laboratory/",
    note=gettext_lazy(
        "一行一管，按管码对应。已有不同结果的写明更正原因，原结果保留；对不上的不采用，留存供核对。"
    ),
    max_rows=20_000,
)
