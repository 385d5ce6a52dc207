"""``pingzhan pool``: what a scheme of pooled testing does, and the best sizes by prevalence."""

from __future__ import annotations

import click

from pingzhan.config.cli import show

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
_se = click.option("--se", type=float, default=1.0, show_default=True, help="灵敏度，0 到 1。")
_sp = click.option("--sp", type=float, default=1.0, show_default=True, help="特异度，0 到 1。")


@click.group(help="混检：一种方式的人均检测数和准确度，各感染率下的最佳人数。")
def pool() -> None:
    """Hold the subcommands."""


@pool.command()
@click.option("--prevalence", type=float, required=True, help="感染率，0 到 1，千分之一写作 0.001。")
@click.option(
    "--scheme",
    type=click.Choice(["dorfman", "hierarchical", "array"]),
    required=True,
    help="一次混检、多级混检、方阵混检。",
)
@click.option("--sizes", required=True, help="人数，多级时用英文逗号分开，例如 12,4,1。")
@_se
@_sp
@_json
def evaluate(prevalence: float, scheme: str, sizes: str, se: float, sp: float, as_json: bool) -> None:
    """计算一种混检方式：人均检测数、灵敏度、特异度、阳性预测值、阴性预测值。"""
    from pingzhan.engines import pooling

    found = pooling.evaluate(scheme, prevalence, numbers(sizes), pooling.Assay(se, sp))
    show(
        found.as_dict(),
        as_json=as_json,
        text=(
            f"人均检测 {found.tests_per_person:.4f} 次，灵敏度 {found.pse:.4f}，特异度 {found.psp:.6f}，"
            f"阳性预测值 {found.ppv:.4f}，阴性预测值 {found.npv:.6f}。"
        ),
    )


@pool.command("table")
@_se
@_sp
@_json
def table_command(se: float, sp: float, as_json: bool) -> None:
    """列出各感染率下检测次数最少的混检人数。"""
    from pingzhan.engines import pooling

    rows = list(pooling.table(pooling.Assay(se, sp)))
    lines = ["感染率%\t一次混检\t5人\t10人\t20人\t三级混检\t方阵"]
    for row in rows:
        cells = (
            f"{row.prevalence * 100:g}",
            f"{row.dorfman.sizes[0]} {row.dorfman.tests:.4f}",
            *(f"{tests:.4f}" for tests in row.fixed.values()),
            f"{':'.join(map(str, row.three_stage.sizes[:-1]))} {row.three_stage.tests:.4f}",
            f"{row.array.sizes[0]} {row.array.tests:.4f}",
        )
        lines.append("\t".join(cells))
    show({"rows": [row.as_dict() for row in rows]}, as_json=as_json, text="\n".join(lines))


def numbers(text: str) -> tuple[int, ...]:
    """Return the whole numbers of a list with commas. Raises PoolingError."""
    from pingzhan.engines.pooling import PoolingError

    try:
        return tuple(int(part) for part in text.replace("\uff0c", ",").split(","))
    except ValueError as error:
        raise PoolingError(
            "人数要写成整数，用英文逗号分开。", place="sizes", hint="例如 10 或 12,4,1。"
        ) from error
