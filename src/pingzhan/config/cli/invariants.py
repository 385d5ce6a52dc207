"""``pingzhan invariants``: what must always hold, checked on the live data."""

from __future__ import annotations

import sys
from typing import Any

import click

from pingzhan.config.cli import setup_django, show


@click.command(help="核对不变量（I1—I16），有不符时退出码为 2。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def invariants(as_json: bool) -> None:
    """Print each invariant and what offends against it; exit 2 when one does not hold."""
    setup_django()
    from pingzhan.domain.command.api import check_all

    checks = check_all()
    data: dict[str, Any] = {
        "ok": all(check.holds for check in checks),
        "invariants": [
            {
                "id": check.id,
                "title": check.title,
                "holds": check.holds,
                "count": check.count,
                "rows": check.rows,
            }
            for check in checks
        ],
    }
    lines = [
        f"{check.id:<4}{'符合' if check.holds else f'不符 {check.count} 处'}  {check.title}"
        for check in checks
    ]
    show(data, as_json=as_json, text="\n".join(lines))
    if not data["ok"]:
        sys.exit(2)
