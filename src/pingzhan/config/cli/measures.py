"""``pingzhan measures``: list what is in force, check and compare set files, show a set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pingzhan.config.cli import setup_django, show

if TYPE_CHECKING:
    from pingzhan.domain.measures.api import SetContent

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")


@click.group(help="措施集：列出、检查文件、比较、查看。")
def measures() -> None:
    """Hold the subcommands."""


@measures.command("list", help="列出各开发区正在执行和已安排的措施集，以及随产品提供的。")
@_json
def list_(*, as_json: bool) -> None:
    """Print what is in force in every zone, and the keys of the shipped sets."""
    setup_django()
    from pingzhan.domain.measures import api
    from pingzhan.domain.territory.api import zones

    rows = [
        {
            "zone": zone.name,
            "hazard": one.slot.hazard,
            "posture": one.slot.posture,
            "set": one.version.set.key,
            "version": one.version.n,
            "since": one.starts_at.isoformat(),
            "until": one.ends_at.isoformat() if one.ends_at else None,
            "waiting": one.restrictions.filter(state="held").count(),
        }
        for zone in zones()
        for one in api.open_forces(zone).select_related("version__set")
    ]
    lines = [
        f"{row['zone']}\t{row['hazard']}\t{row['posture']}\t{row['set']} 第 {row['version']} 版"
        f"\t自 {row['since']}\t{'至 ' + str(row['until']) if row['until'] else '长期'}"
        + (f"\t待决定 {row['waiting']} 项" if row["waiting"] else "")
        for row in rows
    ]
    lines.append(f"随产品提供：{'、'.join(api.shipped_keys())}")
    show({"in_force": rows, "shipped": list(api.shipped_keys())}, as_json=as_json, text="\n".join(lines))


@measures.command(help="检查措施集文件；有错时写明文件、措施和字段。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json
def check(file: Path, *, as_json: bool) -> None:
    """Read a set file and print what it holds, or what is wrong and where."""
    setup_django()
    content = _read(str(file))
    data = {
        "key": content.key,
        "hazard": content.hazard,
        "measures": len(content.measures),
        "parameters": len(content.parameters),
        "restricting": sum(one.restricts for one in content.measures),
        "unverified": sum(not one.verified for one in content.parameters),
        "sha256": content.sha(),
    }
    text = (
        f"{file.name}：{content.title}，{data['measures']} 条措施，{data['parameters']} 个参数"
        f"（未核实 {data['unverified']} 个），限制人员的 {data['restricting']} 条。文件正确。"
    )
    show(data, as_json=as_json, text=text)


@measures.command(help="用文字说明 B 与 A 的差别；A、B 为文件，或随产品提供的代号。")
@click.argument("a")
@click.argument("b")
@_json
def diff(a: str, b: str, *, as_json: bool) -> None:
    """Print the changes from A to B in words."""
    setup_django()
    from pingzhan.domain.measures.api import compare

    changes = compare(_read(a), _read(b))
    lines = [f"{one.sentence}{f'（{one.clause}）' if one.clause else ''}" for one in changes]
    data = {
        "changes": [
            {
                "kind": one.kind,
                "item": one.item,
                "key": one.key,
                "sentence": one.sentence,
                "clause": one.clause,
            }
            for one in changes
        ]
    }
    show(data, as_json=as_json, text="\n".join(lines) or "两者内容相同。")


@measures.command("show", help="写出措施集的内容（TOML）；KEY 为文件，或随产品提供的代号。")
@click.argument("key")
def show_(key: str) -> None:
    """Print a set as the file that ``check`` reads."""
    setup_django()
    from pingzhan.domain.measures.api import write_sheet

    click.echo(write_sheet(_read(key)), nl=False)


def _read(name: str) -> SetContent:
    """Return the set of a file, or the shipped one of a key."""
    from pingzhan.domain.measures.api import read_sheet, shipped
    from pingzhan.kernel.errors import Invalid

    path = Path(name)
    if not path.is_file():
        return shipped(name)
    try:
        return read_sheet(path.read_text("utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise Invalid("文件要用 UTF-8 编码保存。", place=path.name) from error
