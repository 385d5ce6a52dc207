"""An import made for tests: parts of a store in a table of its own, without any domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
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

TABLE = """CREATE TABLE IF NOT EXISTS import_sample (
    code text PRIMARY KEY, name text NOT NULL, keeper text, phone text, since date, amount integer, price numeric,
    state text, urgent boolean, plate text, note text, writes integer NOT NULL DEFAULT 1)"""

COLUMNS = (
    Column("code", "编号", Kind.CODE, required=True, example="A-001", aliases=("零件号",)),
    Column("name", "名称", required=True, example="轴承", max_length=40),
    Column("keeper", "保管人证件号", Kind.ID_NUMBER, personal=True, width=22),
    Column("phone", "保管人电话", Kind.PHONE, personal=True),
    Column("since", "入库日期", Kind.DATE, example="2026-01-31"),
    Column("amount", "数量", Kind.INTEGER, minimum=0, maximum=1_000_000),
    Column("price", "单价", Kind.DECIMAL, minimum=0),
    Column("state", "状态", Kind.CHOICE, choices=(("good", "完好"), ("broken", "损坏"))),
    Column("urgent", "急用", Kind.BOOLEAN),
    Column("plate", "送货车牌", Kind.PLATE),
    Column("note", "备注", aliases=("说明",)),
)
KEYS = tuple(column.key for column in COLUMNS)


def scopes(actor: Actor) -> list[Scope]:
    return [
        Scope(path.strip("/") or "zone", path, f"单位 {path}")
        for path in actor.paths(Permission.EDIT_WORKERS)
    ]


def may(actor: Actor, path: str) -> bool:
    return actor.has(Permission.EDIT_WORKERS, path)


def stored(codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(KEYS)} FROM import_sample WHERE code = ANY(%s)", [list(codes)])
        return {row[0]: dict(zip(KEYS, row, strict=True)) for row in cursor.fetchall()}


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    known = stored([row.values["code"] for row in rows])
    verdicts = []
    for row in rows:
        if row.values["note"] == "拒收":
            verdicts.append(Verdict.refused("note", "这个零件不收。"))
            continue
        before = known.get(row.values["code"])
        if before is None:
            verdicts.append(Verdict(Outcome.NEW))
            continue
        changes = {
            key: (_said(before[key]), _said(value))
            for key, value in row.values.items()
            if key not in ctx.absent and before[key] != value
        }
        verdicts.append(Verdict(Outcome.CHANGED if changes else Outcome.SAME, changes=changes))
    return verdicts


def store(judged: Sequence[Judged], ctx: Context) -> None:
    keys = [key for key in KEYS if key not in ctx.absent]
    update = ", ".join(f"{key} = EXCLUDED.{key}" for key in keys)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO import_sample ({', '.join(keys)}) VALUES ({', '.join(['%s'] * len(keys))})"
            f" ON CONFLICT (code) DO UPDATE SET {update}, writes = import_sample.writes + 1",
            [[one.row.values[key] for key in keys] for one in judged],
        )
    record("run.retried", by=ctx.by, subject=("sample", len(judged)), unit_path=ctx.scope.path)


def _said(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


finished: list[Mapping[str, int]] = []


def finish(ctx: Context, counts: Mapping[str, int]) -> None:
    finished.append(dict(counts))


SPEC = ImportSpec(
    key="sample",
    title="零件",
    columns=COLUMNS,
    natural_key=("code",),
    may=may,
    scopes=scopes,
    prepare=prepare,
    store=store,
    finish=finish,
    done_url=lambda scope: f"/sample/{scope.code}/",
)
