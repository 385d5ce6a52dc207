"""``pingzhan unit``: the zone, its areas, enterprises and sites, entered from a terminal or a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pingzhan.config.cli import setup_django, show

if TYPE_CHECKING:
    from pingzhan.domain.territory.models import Unit

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")


@click.group(help="开发区、片区、企业和场所：登记、列出、导入平面图。")
def unit() -> None:
    """Hold the subcommands."""


@unit.command()
@click.option(
    "--kind", required=True, type=click.Choice(["zone", "area", "enterprise", "site"]), help="类别。"
)
@click.option("--code", required=True, help="代码，全库唯一。")
@click.option("--name", required=True, help="名称。")
@click.option("--parent", "parent_code", default="", help="上级单位代码；开发区不写。")
@click.option("--headcount", type=click.IntRange(min=0), default=0, help="职工人数。")
@_json
def add(kind: str, code: str, name: str, parent_code: str, headcount: int, as_json: bool) -> None:
    """登记一个单位。"""
    setup_django()
    from pingzhan.domain.territory.api import create_unit, unit_by_code
    from pingzhan.domain.territory.enums import UnitKind
    from pingzhan.foundation.access.actor import system_actor

    made = create_unit(
        kind=UnitKind(kind),
        code=code,
        name=name,
        parent=unit_by_code(parent_code) if parent_code else None,
        headcount=headcount,
        by=system_actor("命令行"),
    )
    show(_data(made, parent_code), as_json=as_json, text=f"已登记：{made.name}（{made.code}）。")


@unit.command("list")
@_json
def list_(as_json: bool) -> None:
    """按树列出全部单位。"""
    setup_django()
    from pingzhan.domain.territory.api import tree, zones

    units: list[dict[str, Any]] = []
    lines: list[str] = []
    waiting = [(tree(zone), "") for zone in reversed(zones())]
    while waiting:
        node, parent_code = waiting.pop()
        units.append(_data(node.unit, parent_code))
        lines.append(f"{'  ' * node.depth}{node.unit.code}  {node.unit.name}")
        waiting.extend((child, node.unit.code) for child in reversed(node.children))
    show({"units": units}, as_json=as_json, text="\n".join(lines))


@unit.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "zone_code", required=True, help="开发区代码。")
@_json
def plan(file: Path, zone_code: str, as_json: bool) -> None:
    """导入园区平面图（GeoJSON，以米为单位的平面坐标），替换原有的。"""
    setup_django()
    from pingzhan.domain.territory.api import import_plan, unit_by_code
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.kernel.errors import Invalid

    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Invalid(f"{file.name} 不是 JSON 文件。", hint="请检查导出的格式。", place=file.name) from error
    stored = import_plan(zone=unit_by_code(zone_code), geojson=content, by=system_actor("命令行"))
    shapes = len(stored.geojson["features"])
    show({"unit": zone_code, "shapes": shapes}, as_json=as_json, text=f"已导入 {shapes} 个图形。")


def _data(one: Unit, parent_code: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "kind": one.kind,
        "name": one.name,
        "parent": parent_code or None,
        "path": one.path,
        "headcount": one.headcount,
    }
