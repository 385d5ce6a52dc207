"""Report and review as official documents; always Chinese, a drill's marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone, translation

from pingzhan.domain.drills import api as drills
from pingzhan.domain.drills.models import Review
from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.content import PaperContent, chinese_moment
from pingzhan.foundation.messages import DRILL_PREFIX
from pingzhan.pages.console.drills.wording import Told, minutes, told
from pingzhan.pages.console.wording import level_word

SHOWN = 40


def of_drill(report: drills.Report, *, names: bool) -> PaperContent:
    """Return the report of a drill that has ended as a paper. Raises Invalid without an organ."""
    drill = report.drill
    assert drill.started_at is not None
    assert drill.ended_at is not None
    with translation.override("zh-hans"):
        words = told(report.facts, names=names)
        lines = [
            f"{_when(drill.started_at)}至{_when(drill.ended_at)}，{drill.unit.name}组织“{drill.title}”，"
            f"按{level_word(drill.level)}启动，{drill.get_end_kind_display()}。现将评估情况报告如下：",
            "一、背景情况",
            drill.scenario,
            *_measured(words, "二"),
            "四、情况处置",
        ]
        lines += _table(
            ("时间", "对象", "情况", "得分"),
            [
                (
                    f"T+{one.offset_min}分",
                    one.name,
                    one.text,
                    "未评" if one.score is None else f"{one.score}/{one.points}",
                )
                for one in report.injects
            ],
            "本次演练没有注入情况。",
        )
        if report.points:
            lines.append(f"已评分的情况共得{report.score}分，满分{report.points}分。")
        lines += _troubles(words, "五")
        return _attested(
            f"{DRILL_PREFIX}{drill.title}评估报告",
            lines,
            number=f"演练第{drill.world}号",
            at=drill.ended_at,
            path=drill.unit.path,
        )


def of_review(review: Review, facts: dict[str, Any], *, names: bool) -> PaperContent:
    """Return a review as a paper. Raises Invalid without an organ."""
    with translation.override("zh-hans"):
        words = told(facts, names=names)
        assert words.started is not None
        lines = [
            f"{review.unit.name}于{_when(words.started)}转入战时，{_when(review.ended_at)}结束。"
            "现将复盘情况报告如下：",
            "一、做得好的",
            *(review.kept.splitlines() or ["尚未填写。"]),
            "二、要改进的",
            *(review.change.splitlines() or ["尚未填写。"]),
            *_measured(words, "三"),
            *_troubles(words, "五"),
            "六、整改事项",
        ]
        lines += _table(
            ("事项", "承办", "时限"),
            [(one.text, one.to_name, _when(one.due_at)) for one in review.actions.order_by("pk")],
            "没有整改事项。",
        )
        notes = list(review.handovers.order_by("pk"))
        if notes:
            lines.append("七、撤岗交接")
            lines += [f"{one.group_name}：{' '.join(one.text.split())}" for one in notes]
        if review.facts_sha:
            lines.append(f"归档时事实的校验值：{review.facts_sha}")
        title = f"{DRILL_PREFIX}演练复盘报告" if review.world else "应急处置复盘报告"
        return _attested(
            title,
            lines,
            number=f"复盘第{review.pk}号",
            at=review.filed_at or review.ended_at,
            path=review.unit.path,
        )


def _attested(title: str, lines: Sequence[str], *, number: str, at: datetime, path: str) -> PaperContent:
    text = "\n".join(line for line in lines if line.strip())
    return papers.attested(
        title,
        papers.parse(papers.proofread(text).text),
        number=number,
        dated=timezone.localdate(at),
        unit_path=path,
    )


def _measured(words: Told, first: str) -> list[str]:
    second = {"二": "三", "三": "四"}[first]
    return [
        f"{first}、用时",
        *_table(
            ("节点", "时间", "用时"),
            [
                (one["label"], _when(one["at"]), minutes(one["minutes"]))
                for one in words.milestones
                if one["at"] is not None
            ],
            "没有记录到时间。",
        ),
        f"{second}、对照标准",
        *_table(
            ("项目", "标准", "实际", "结论"),
            [
                (one["label"], minutes(one["minutes"]), minutes(one["took"]), one["word"])
                for one in words.references
            ],
            "",
        ),
    ]


def _troubles(words: Told, number: str) -> list[str]:
    counts = words.counts
    lines = [
        f"{number}、问题",
        f"共 {counts['posts']} 个岗位，签收 {counts['acked']} 个，到岗 {counts['arrived']} 个；"
        f"任务 {counts['tasks']} 项，办结 {counts['tasks_done']} 项，逾期 {len(words.late_tasks)} 项；"
        f"不能到岗 {len(words.declined)} 人，逾期转替补 {len(words.passed)} 人，缺口 {len(words.gaps)} 处。",
    ]
    for one in words.declined[:SHOWN]:
        taken = f"由{one['by'] or '替补'}接替" if one["replaced"] else "无人接替"
        lines.append(f"{one['post']}{one['who']}不能到岗，{taken}。")
    for one in words.passed[:SHOWN]:
        lines.append(f"{one['post']}{one['who']}逾期未签收，转替补{one['by']}。")
    for one in words.gaps[:SHOWN]:
        lines.append(f"{one['kind']}：{one['where'] or '—'}，持续{minutes(one['minutes'])}。")
    return lines


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> list[str]:
    if not rows:
        return [empty]
    return [_row(head), *(_row(row) for row in rows[: SHOWN * 2])]


def _row(cells: Sequence[str]) -> str:
    clean = (" ".join(str(cell).split()).replace("|", "／") or "—" for cell in cells)
    return "| " + " | ".join(clean) + " |"


def _when(at: datetime | None) -> str:
    return chinese_moment(timezone.localtime(at)) if at is not None else "—"
