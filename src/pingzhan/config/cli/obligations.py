"""``pingzhan obligations``: make a day's obligations, and what an enterprise has to do today."""

from __future__ import annotations

from datetime import datetime

import click

from pingzhan.config.cli import setup_django, show

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")


@click.group(help="应办事项：生成一天的事项，列出一个单位今天要办的。")
def obligations() -> None:
    """Hold the subcommands."""


@obligations.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="业务日，例如 2026-11-25；不写为今天。")
@_json
def generate(day: datetime | None, as_json: bool) -> None:
    """生成一天的应办事项；已有的不变，可以重复执行。"""
    setup_django()
    from pingzhan.domain.obligations import api
    from pingzhan.foundation.access.actor import system_actor

    wanted = day.date() if day is not None else api.business_now()[1]
    made = api.generate(wanted, by=system_actor("命令行"))
    show(
        {"day": wanted, "units": made.units, "made": made.made, "withdrawn": made.withdrawn},
        as_json=as_json,
        text=f"{wanted}：单位 {made.units} 个，新增 {made.made} 项，撤销 {made.withdrawn} 项。",
    )


@obligations.command()
@click.argument("unit_code")
@_json
def today(unit_code: str, as_json: bool) -> None:
    """列出一个单位今天要办的事项，急的在前。"""
    setup_django()
    from django.utils.timezone import localtime

    from pingzhan.domain.obligations import api
    from pingzhan.domain.obligations.enums import State
    from pingzhan.domain.territory.api import unit_by_code

    rows = api.today(unit_by_code(unit_code).pk)
    show(
        {
            "due": [
                {
                    "id": one.id,
                    "measure": one.measure,
                    "title": one.title,
                    "evidence": one.evidence,
                    "state": one.state,
                    "due_at": one.due_at.isoformat(),
                    "expected": one.expected,
                    "done": one.done,
                    "version": one.version,
                }
                for one in rows
            ]
        },
        as_json=as_json,
        text="\n".join(
            f"{State(one.state).label}  {localtime(one.due_at):%m-%d %H:%M}  {one.title}" for one in rows
        )
        or "今天没有应办事项。",
    )
