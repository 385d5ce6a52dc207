"""``pingzhan notice``: read an official notice, for which neither a database nor Django is needed; import it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pingzhan.domain.organisation.models import StructureVersion
    from pingzhan.domain.territory.models import Unit
    from pingzhan.foundation.access.actor import Actor


@click.group()
def notice() -> None:
    """读取、导入开发区的通知。"""


@notice.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def read(file: Path, as_json: bool) -> None:
    """读出通知里的机构、人员、职责，列出需要核对的问题；不写数据库。"""
    # Names are read character by character; loading the dictionary of phrases would take half of the time.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pingzhan.config.cli import show
    from pingzhan.domain.organisation import reading

    source = reading.load(file)
    found = reading.read_text(source.text)
    data = reading.as_json(found, reading.findings(found))
    show(data, as_json=as_json, text=_summary(data))


@notice.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publish", is_flag=True, help="没有待答复的严重问题时，导入后立即发布。")
@click.option("--unit", "unit_code", default="", help="开发区代码；只有一个开发区时可不写。")
@click.option("--basis", default="", help="依据文号。")
@click.option("--by", "username", default="", help="办理人的用户名；不写则记为命令行。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def import_(file: Path, publish: bool, unit_code: str, basis: str, username: str, as_json: bool) -> None:
    """把通知读成一份草稿；加 --publish 则同时发布。"""
    from pingzhan.config.cli import setup_django, show

    setup_django()
    from pingzhan.domain.organisation import api
    from pingzhan.kernel.errors import DomainError

    actor = _actor(username)
    version = api.import_notice(zone=_zone(unit_code), by=actor, path=file, basis_doc=basis)
    refusal: DomainError | None = None
    if publish:
        try:
            version = api.publish(version=version, by=actor)
        except DomainError as error:
            refusal = error
    data = _imported(version)
    if refusal is not None:
        data["error"] = refusal.as_dict()
    show(data, as_json=as_json, text=_import_summary(data))
    if refusal is not None:
        raise SystemExit(1)


def _actor(username: str) -> Actor:
    from pingzhan.foundation.access.actor import actor_of, system_actor
    from pingzhan.foundation.accounts.models import User
    from pingzhan.kernel.errors import NotFound

    if not username:
        return system_actor("命令行")
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(f"没有名为“{username}”的启用账号。", hint="请核对用户名。", place="--by")
    return actor_of(user)


def _zone(code: str) -> Unit:
    from pingzhan.domain.territory.api import unit_by_code, zones
    from pingzhan.kernel.errors import Invalid, NotFound

    if code:
        return unit_by_code(code)
    found = list(zones()[:2])
    if not found:
        raise NotFound("库中还没有开发区。", hint="请先建立开发区，或运行 pingzhan demo。")
    if len(found) > 1:
        raise Invalid("库中有多个开发区。", hint="请用 --unit 写明是哪一个。", place="--unit")
    return found[0]


def _imported(version: StructureVersion) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {}
    for finding in version.findings.exclude(state="gone").order_by("pk"):
        row = kinds.setdefault(finding.kind, {"kind": finding.kind, "count": 0, "open": 0, "critical": 0})
        row["count"] += 1
        row["open"] += finding.state == "open"
        row["critical"] += finding.state == "open" and finding.severity == "critical"
    return {
        "version": {
            "id": version.pk,
            "n": version.n,
            "title": version.title,
            "status": version.status,
            "sha256": version.sha256,
        },
        "counts": {
            "entries": version.entries.count(),
            "persons": version.reading["counts"]["persons"],
            "duties": version.reading["counts"]["duties"],
            "unread": len(version.reading["unread"]),
        },
        "findings": list(kinds.values()),
        "published": version.status == "published",
    }


def _import_summary(data: dict[str, Any]) -> str:
    version, counts = data["version"], data["counts"]
    critical = sum(kind["critical"] for kind in data["findings"])
    lines = [
        f"已读入第 {version['n']} 版《{version['title']}》：名单条目 {counts['entries']} 条，"
        f"职责 {counts['duties']} 条，没有读懂的文字 {counts['unread']} 处。",
        f"待处理问题 {sum(kind['open'] for kind in data['findings'])} 个，其中严重 {critical} 个。",
        f"已发布，校验值 {version['sha256']}。" if data["published"] else "现在是草稿，尚未生效。",
    ]
    if "error" in data:
        lines.append(f"没有发布：{data['error']['message']}{data['error']['hint']}")
    return "\n".join(lines)


def _summary(data: dict[str, Any]) -> str:
    """Return the reading for a person: groups with their members, then findings and unread text."""
    counts = data["counts"]
    lines = [f"{data['title'] or '（未找到标题）'}"]
    lines.append(
        f"名单条目 {counts['entries']} 条，人员 {counts['persons']} 人，职责 {counts['duties']} 条。"
    )
    for group in data["groups"]:
        lines.append(f"\n{group['name']}（{len(group['entries'])} 条，职责 {len(group['duties'])} 条）")
        by_role: dict[str, list[str]] = {}
        for entry in group["entries"]:
            title = f"（{entry['title']}）" if entry["title"] else ""
            by_role.setdefault(entry["role"], []).append((entry["name"] or entry["class_rule"]) + title)
        lines.extend(f"  {role}：{'、'.join(names)}" for role, names in by_role.items())
    lines.append(f"\n需要核对的问题 {sum(kind['count'] for kind in data['findings'])} 项")
    for kind in data["findings"]:
        lines.append(f"  {_KINDS[kind['kind']]}：{kind['count']} 项")
        lines.extend(f"    {_about(item)}" for item in kind["items"])
    if data["unread"]:
        lines.append(f"\n没有读懂的文字 {len(data['unread'])} 处")
        lines.extend(f"  第 {part['place']['line']} 行：{part['place']['quote']}" for part in data["unread"])
    return "\n".join(lines)


_KINDS = {
    "same_name_unresolved": "同名未核实",
    "similar_name": "姓名相近",
    "several_posts": "一人多岗",
    "two_heads": "一组两名组长",
    "class_unresolved": "人员类别未明确到人",
    "person_without_post": "有人无岗",
    "group_name_differs": "工作组名称前后不一",
    "no_substitute": "未指定替补",
    "no_level_no_time": "未写响应等级和时限",
    "one_list_only": "平时战时只有一份名单",
    "body_undefined": "机构未在名单中设立",
}


def _about(item: dict[str, Any]) -> str:
    """Return what a finding is about, and the line of its first place."""
    parts: list[str] = []
    for key in (
        "label",
        "name",
        "names",
        "group",
        "listed",
        "heading",
        "text",
        "labels",
        "words",
        "promised",
        "body",
    ):
        value = item.get(key)
        if value:
            parts.append("、".join(value) if isinstance(value, list) else str(value))
    places = item["places"]
    where = f"（第 {places[0]['line']} 行）" if places else ""
    return "：".join(parts) + where if parts else f"全文{where}"
