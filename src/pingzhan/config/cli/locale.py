"""``pingzhan locale``: the English catalogue checked, completed and compiled without GNU gettext."""

from __future__ import annotations

import sys

import click

from pingzhan.config.cli import show


@click.group()
def locale() -> None:
    """检查和编译译文（中文是源文，英文目录须完整）。"""


@locale.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
def check(as_json: bool) -> None:
    """英文目录有缺、有旧、有错时列出并返回 1。"""
    from pingzhan.config.upkeep import catalogue

    faults = catalogue.check()
    show({"faults": faults}, as_json=as_json, text="\n".join([*faults, f"共 {len(faults)} 处。"]))
    sys.exit(1 if faults else 0)


@locale.command()
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出")
def missing(as_json: bool) -> None:
    """列出还没有英文的句子。"""
    from pingzhan.config.upkeep import catalogue
    from pingzhan.config.upkeep.messages import collect

    lacking = catalogue.missing(collect(catalogue.PACKAGE)[0], catalogue.read())
    rows = [{"text": message.text, "plural": message.plural, "files": message.files} for message in lacking]
    show({"missing": rows}, as_json=as_json, text="\n".join(message.text for message in lacking))


@locale.command()
def collect() -> None:
    """把新句子加进英文目录（译文留空），去掉不再使用的。"""
    from pingzhan.config.upkeep import catalogue

    added, dropped = catalogue.synchronise()
    click.echo(f"新增 {added} 条，去掉 {dropped} 条。")


@locale.command(name="compile")
def compile_() -> None:
    """编译 .po 为 .mo。"""
    from pingzhan.config.upkeep import catalogue

    for path in catalogue.compile_catalogues():
        click.echo(f"已编译 {path.relative_to(catalogue.PACKAGE)}")
