from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

from pingzhan.config import cli
from pingzhan.config.embedded import EmbeddedError
from pingzhan.kernel.errors import Conflict


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_of_the_table_exists(name: str) -> None:
    context = click.Context(cli.cli)
    assert isinstance(cli.cli.get_command(context, name), click.Command)


def test_help_names_every_command_and_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main(["--help"])
    assert done.value.code == 0
    shown = capsys.readouterr().out
    assert [name for name in cli.COMMANDS if f"  {name} " not in shown] == []
    with pytest.raises(SystemExit) as done:
        cli.main(["nonsense"])
    assert done.value.code == 2


@pytest.mark.parametrize("words", [["--help"], ["notice", "read", "--help"], ["notice", "--help"]])
def test_reading_a_notice_starts_no_django(words: list[str]) -> None:
    script = (
        "import sys; from pingzhan.config.cli import cli; cli(args=sys.argv[1:], standalone_mode=False);"
        "print([name for name in ('django', 'psycopg') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def failing(error: Exception) -> click.Command:
    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def fail(as_json: bool) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "text", "data"),
    [
        (
            Conflict("已有人下令。", hint="请看值班台。", place="示范区"),
            "[示范区] 已有人下令。 请看值班台。\n",
            {"code": "conflict", "message": "已有人下令。", "hint": "请看值班台。", "place": "示范区"},
        ),
        (EmbeddedError("数据库没有启动。"), "数据库没有启动。\n", {"message": "数据库没有启动。"}),
    ],
)
def test_an_error_is_one_sentence_or_one_json_object(
    error: Exception,
    text: str,
    data: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli.cli, "get_command", lambda _context, _name: failing(error))
    with pytest.raises(SystemExit) as done:
        cli.main(["fail"])
    assert (done.value.code, capsys.readouterr()) == (1, ("", text))
    with pytest.raises(SystemExit) as done:
        cli.main(["fail", "--json"])
    printed = capsys.readouterr()
    assert (done.value.code, json.loads(printed.out), printed.err) == (1, {"error": data}, "")
