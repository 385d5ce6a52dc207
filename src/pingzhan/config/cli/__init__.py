"""The command line. A subcommand's module is imported when called, so reading a notice starts no Django."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import click

from pingzhan.config.embedded import EmbeddedError
from pingzhan.config.env import SettingError
from pingzhan.kernel.errors import DomainError

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("pingzhan.config.cli.up", "启动数据库、后台和网页"),
    "demo": ("pingzhan.config.cli.demo", "建立演示开发区（只在空库中），可指定规模"),
    "doctor": ("pingzhan.config.cli.doctor", "检查还缺什么，每项一句话"),
    "unit": ("pingzhan.config.cli.unit", "登记开发区、片区、企业和场所"),
    "notice": ("pingzhan.config.cli.notice", "读取、导入开发区的通知"),
    "switch": ("pingzhan.config.cli.switch", "平战转换：预演、下令、解除"),
    "measures": ("pingzhan.config.cli.measures", "措施集：列出、检查文件、比较、查看"),
    "obligations": ("pingzhan.config.cli.obligations", "应办事项：生成一天的，列出今天要办的"),
    "invariants": ("pingzhan.config.cli.invariants", "核对不变量"),
    "audit": ("pingzhan.config.cli.audit", "留痕：核验、导出、归档"),
    "goods": ("pingzhan.config.cli.goods", "进口货物：列出静置中的批次、放行"),
    "plan": ("pingzhan.config.cli.plan", "采样计划：排一轮检测，核对计划，计算公开算例"),
    "pool": ("pingzhan.config.cli.pool", "混检：一种方式的检测数和准确度，最佳人数"),
    "worker": ("pingzhan.config.cli.worker", "运行后台任务"),
    "keys": ("pingzhan.config.cli.keys", "加密个人信息的密钥：查看、更换"),
    "manage": ("pingzhan.config.cli.manage", "Django 管理命令"),
    "locale": ("pingzhan.config.cli.locale", "检查和编译译文"),
    "punct": ("pingzhan.config.cli.punct", "检查和改正中文标点"),
    "modules": ("pingzhan.config.cli.modules", "由代码生成模块一览"),
}
"""Subcommand: the module that holds it as ``command`` (or under its own name), and one line of help."""


class LazyGroup(click.Group):
    """A group that imports a subcommand only when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all subcommands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one subcommand; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        found = getattr(module, cmd_name, None) or module.command
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help from the table, importing nothing."""
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_module, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """平战：开发区统筹疫情防控和经济运行的指挥系统。"""


def setup_django() -> None:
    """Start Django for a command that needs the database, with the address of the running site if any."""
    import os

    from pingzhan.config import site

    site.use_running_site()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    import django

    django.setup()


def show(data: Any, *, as_json: bool, text: str) -> None:
    """Print the data as JSON on one line, or the text for a person."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else text)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line.

    An error that a person may see is one sentence on stderr (JSON on stdout with --json), exit code 1.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        cli(args=words, prog_name="pingzhan", standalone_mode=True)
    except DomainError as error:
        if "--json" in words:
            click.echo(json.dumps({"error": error.as_dict()}, ensure_ascii=False))
        else:
            parts = [error.place and f"[{error.place}]", error.message, error.hint]
            click.echo(" ".join(part for part in parts if part), err=True)
        sys.exit(1)
    except (SettingError, EmbeddedError) as error:
        if "--json" in words:
            click.echo(json.dumps({"error": {"message": str(error)}}, ensure_ascii=False))
        else:
            click.echo(str(error), err=True)
        sys.exit(1)
