"""``pingzhan modules``: docs/modules.md made from the code."""

from __future__ import annotations

import sys

import click


@click.group()
def modules() -> None:
    """由代码生成模块一览 docs/modules.md。"""


@modules.command()
def write() -> None:
    """写出 docs/modules.md。"""
    from pingzhan.config.upkeep import modules as overview

    overview.write()
    click.echo("docs/modules.md 已写出。")


@modules.command()
def check() -> None:
    """docs/modules.md 与代码不一致时返回 1。"""
    from pingzhan.config.upkeep import modules as overview

    if not overview.is_current():
        click.echo("docs/modules.md 与代码不一致，请运行 pingzhan modules write。", err=True)
        sys.exit(1)
