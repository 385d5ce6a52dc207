"""``pingzhan goods``: lots of goods under watch, and their release by the same rules as on the page."""

from __future__ import annotations

import click

from pingzhan.config.cli import setup_django, show
from pingzhan.foundation import clock

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")


@click.group(help="货物批次：列出还没有办结的，放行一批。")
def goods() -> None:
    """Hold the subcommands."""


@goods.command("list")
@click.option("--unit", "code", default="", help="企业代码；不写则列出全部企业。")
@_json
def list_(code: str, as_json: bool) -> None:
    """列出还没有办结的批次，以及各自还差什么。"""
    setup_django()
    from pingzhan.domain.gate import api as gate
    from pingzhan.domain.territory.api import unit_by_code
    from pingzhan.foundation.access.actor import system_actor

    unit_id = unit_by_code(code).pk if code else None
    lots = gate.find_lots(
        gate.lots_visible_to(system_actor("命令行")).select_related("enterprise"),
        gate.LotFilter(state="watched", enterprise_id=unit_id),
    )
    rows = gate.lot_rows(lots, clock.now())
    data = [
        {
            "enterprise": row.lot.enterprise.code,
            "code": row.lot.code,
            "name": row.lot.name,
            "state": row.lot.state,
            "days_left": row.days_left,
            "hindrances": row.hindrances,
        }
        for row in rows
    ]
    lines = [
        f"{row.lot.enterprise.code}  {row.lot.code}  {row.lot.name}  {''.join(row.hindrances) or '可以放行。'}"
        for row in rows
    ]
    show({"lots": data}, as_json=as_json, text="\n".join(lines) or "没有未办结的批次。")


@goods.command()
@click.argument("lot_code")
@click.option("--unit", "code", required=True, help="企业代码。")
@_json
def release(lot_code: str, code: str, as_json: bool) -> None:
    """放行一批货物；规定没有满足的，说明还差什么并拒绝。"""
    setup_django()
    from django.utils.translation import gettext as _

    from pingzhan.domain.gate import api as gate
    from pingzhan.domain.territory.api import unit_by_code
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.kernel.errors import NotFound

    by = system_actor("命令行")
    unit = unit_by_code(code)
    lot = gate.lots_visible_to(by).filter(enterprise=unit, code=lot_code).order_by("-pk").first()
    if lot is None:
        raise NotFound(_("这家企业没有批号为%(code)s的货物。") % {"code": lot_code}, place=lot_code)
    done = gate.release_lot(lot_id=lot.pk, by=by)
    show(
        {"lot": {"code": done.code, "state": done.state, "released_at": done.released_at}},
        as_json=as_json,
        text=f"已放行：{done.code} {done.name}。",
    )
