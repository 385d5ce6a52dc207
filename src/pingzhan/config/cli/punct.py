"""``pingzhan punct``: full-width punctuation in the Chinese text of the repository."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group()
def punct() -> None:
    """检查和改正仓库里中文文字的标点。"""


@punct.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """列出夹在中文里的半角标点；有则返回 1。"""
    from pingzhan.config.upkeep import marks

    found = [place for path in marks.files(paths) for place in marks.faults(path)]
    for place in found:
        click.echo(place)
    if found:
        click.echo(f"共 {len(found)} 行；运行 pingzhan punct fix 改正。", err=True)
        sys.exit(1)


@punct.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def fix(paths: tuple[Path, ...]) -> None:
    """把夹在中文里的半角标点改成全角。"""
    from pingzhan.config.upkeep import marks

    changed = [path for path in marks.files(paths) if marks.correct(path)]
    for path in changed:
        click.echo(f"已改正 {path}")
