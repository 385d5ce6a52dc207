"""``pingzhan audit``: verify the trail or a file of it, write signed files, archive what is old enough."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pingzhan.config.cli import setup_django, show
from pingzhan.foundation import clock

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")


@click.group(help="留痕：核验、导出、归档。")
def audit() -> None:
    """Hold the subcommands."""


@audit.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--public",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="本单位的公钥文件 audit-public.json；写了就核对签名人。",
)
@_json
def verify(file: Path | None, public: Path | None, as_json: bool) -> None:
    """核验数据库里的整条留痕；写出文件名时核验那个导出文件（不需要数据库）。不完整时退出码为 2。"""
    if file is None:
        data, text = _verify_database()
    else:
        data, text = _verify_file(file, public)
    show(data, as_json=as_json, text=text)
    sys.exit(0 if data["ok"] else 2)


def _verify_database() -> tuple[dict[str, Any], str]:
    setup_django()
    from pingzhan.foundation import audit as trail
    from pingzhan.foundation.audit.wording import break_sentence, summary

    report = trail.verify()
    lines = [summary(report), *(break_sentence(one) for one in report.breaks)]
    return report.as_dict(), "\n".join(lines)


def _verify_file(file: Path, public: Path | None) -> tuple[dict[str, Any], str]:
    # No site is needed: whoever received the file checks it with the public key alone.
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False)
    from pingzhan.foundation.audit.trailfile import verify_file

    trusted = json.loads(public.read_text(encoding="utf-8")) if public is not None else None
    report = verify_file(file, trusted=trusted)
    signer = {True: "本单位的密钥", False: "不认识的密钥", None: "没有核对签名人"}[report.known_key]
    lines = [
        f"第 {report.first_id} 至 {report.last_id} 条，共 {report.count} 条；密钥 {report.key_id}（{signer}）。",
        *(report.problems or ["内容与签名相符。"]),
    ]
    data = {"ok": report.ok, **vars(report)}
    return data, "\n".join(lines)


@audit.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个文件。")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="从哪一天起。")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="到哪一天为止（含）。")
@_json
def export(out: Path, start: datetime | None, end: datetime | None, as_json: bool) -> None:
    """把留痕导出为签名文件。"""
    setup_django()
    from django.db import transaction

    from pingzhan.foundation import audit as trail
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.audit.trailfile import write_trail

    only = trail.TrailFilter(start=start.date() if start else None, end=end.date() if end else None)
    handle = os.open(out, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w+b") as file:
        made = write_trail(file, trail.trail(paths=["/"], only=only), whole=True)
    with transaction.atomic():
        trail.record(
            "audit.exported",
            by=system_actor("命令行"),
            body={
                "count": made["count"],
                "first": made["first_id"],
                "last": made["last_id"],
                "format": "jsonl",
            },
        )
    show(made, as_json=as_json, text=f"已导出 {made['count']} 条到 {out}。")


@audit.command()
@click.option("--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="归档这一天以前的记录。")
@click.option(
    "--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="归档文件夹。"
)
@_json
def archive(before: datetime, folder: Path, as_json: bool) -> None:
    """把六个月以前的留痕移入签名文件，并从数据库删除（用表的所有者身份）。"""
    os.environ["PINGZHAN_AS_OWNER"] = "1"
    setup_django()

    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.audit.archive import archive as move

    moment = clock.midnight(before.date())
    note = move(before=moment, folder=folder, by=system_actor("命令行"))
    if note is None:
        show({"archived": 0}, as_json=as_json, text="没有这么早的记录，什么都没有移动。")
        return
    data = {"archived": note.last_id - note.first_id + 1, "file": note.file_name, "sha256": note.file_sha256}
    show(data, as_json=as_json, text=f"已归档第 {note.first_id} 至 {note.last_id} 条：{note.file_name}。")


@audit.command()
@_json
def anchor(as_json: bool) -> None:
    """现在就给留痕的末尾签名，并抄到数据库以外的文件。"""
    setup_django()
    from pingzhan.foundation import audit as trail
    from pingzhan.foundation.audit.anchors import file_path

    made = trail.anchor()
    data = {"anchored": made.record_id if made else None, "file": str(file_path())}
    text = f"已给第 {made.record_id} 条签名，抄在 {file_path()}。" if made else "末尾没有变化，不需要签名。"
    show(data, as_json=as_json, text=text)
