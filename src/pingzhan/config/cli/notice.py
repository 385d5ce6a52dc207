"""``pingzhan notice``: read an official notice; neither a database nor Django is needed for that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


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
