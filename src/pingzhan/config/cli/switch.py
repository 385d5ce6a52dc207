"""``pingzhan switch``: preview, order and stand down from a script or a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from pingzhan.config.cli import setup_django, show

if TYPE_CHECKING:
    from pingzhan.domain.command.api import Outcome, Preview
    from pingzhan.domain.territory.models import Unit
    from pingzhan.foundation.access.actor import Actor

_unit = click.option("--unit", "unit_code", required=True, help="单位代码。")
_level = click.option("--level", "level_text", required=True, help="响应等级 I、II、III 或 IV。")
_by = click.option("--by", "username", required=True, help="下令人的用户名。")
_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
_key = click.option("--key", required=True, help="命令编号：同一编号重复执行不会重复下令。")
_reason = click.option("--reason", required=True, help="事由。")
_sha = click.option("--preview-sha", default="", help="预演给出的校验值：情况有变则拒绝。")
_epoch = click.option("--expect-epoch", type=int, default=None, help="预演给出的次数：已有人改变则拒绝。")


@click.group(help="平战转换：预演、下令、解除。")
def switch() -> None:
    """Hold the three subcommands."""


@switch.command(help="预演：显示会发生什么，不改变任何数据。")
@_unit
@_level
@click.option("--reason", default="", help="事由；可不写。")
@click.option("--basis", default="", help="依据；可不写。")
@click.option("--key", default="", help="命令编号；可不写。")
@_by
@_json
def preview(
    unit_code: str, level_text: str, reason: str, basis: str, key: str, username: str, as_json: bool
) -> None:
    """Print what an order would do now, with the values that tie an order to it."""
    setup_django()
    from pingzhan.domain.command.api import SwitchOrder, preview_switch

    unit, actor = _resolve(unit_code, username)
    shown = preview_switch(
        order=SwitchOrder(
            # The order is carried out and rolled back, so even a preview needs a key of its own.
            key=key or f"preview-{uuid4()}",
            unit=unit,
            level=_parse(level_text),
            reason=reason,
            basis=basis,
        ),
        by=actor,
    )
    show(_preview_data(shown), as_json=as_json, text=_preview_text(shown))


@switch.command(help="下令：转入战时或改变等级。")
@_unit
@_level
@_reason
@click.option("--basis", required=True, help="依据的文件号；口头命令写下令人。")
@click.option("--verbal", is_flag=True, help="口头命令，文件号随后补录。")
@_key
@_by
@_sha
@_epoch
@_json
def order(
    unit_code: str,
    level_text: str,
    reason: str,
    basis: str,
    verbal: bool,
    key: str,
    username: str,
    preview_sha: str,
    expect_epoch: int | None,
    as_json: bool,
) -> None:
    """Order a switch and print what it did."""
    setup_django()
    from pingzhan.domain.command.api import SwitchOrder, order_switch
    from pingzhan.domain.command.enums import BasisKind

    unit, actor = _resolve(unit_code, username)
    outcome = order_switch(
        order=SwitchOrder(
            key=key,
            unit=unit,
            level=_parse(level_text),
            reason=reason,
            basis=basis,
            basis_kind=BasisKind.VERBAL if verbal else BasisKind.DOCUMENT,
            preview_sha=preview_sha,
            expect_epoch=expect_epoch,
        ),
        by=actor,
    )
    show(_outcome_data(outcome, unit), as_json=as_json, text=_outcome_text(outcome, unit))


@switch.command("stand-down", help="解除：转回平时，未完任务移交平时岗位。")
@_unit
@_reason
@click.option("--basis", default="", help="依据的文件号或下令人；写了就记在事由后面。")
@click.option("--level", "_level_text", default="", help="解除不看等级；为与下令的写法一致而接受。")
@_key
@_by
@_sha
@_epoch
@_json
def stand_down(
    unit_code: str,
    reason: str,
    basis: str,
    _level_text: str,
    key: str,
    username: str,
    preview_sha: str,
    expect_epoch: int | None,
    as_json: bool,
) -> None:
    """End the emergency of a unit and print what it did."""
    setup_django()
    from pingzhan.domain.command.api import StandDown
    from pingzhan.domain.command.api import stand_down as end

    unit, actor = _resolve(unit_code, username)
    if basis:
        reason = f"{reason}（依据：{basis}）"
    outcome = end(
        order=StandDown(
            key=key, unit=unit, reason=reason, preview_sha=preview_sha, expect_epoch=expect_epoch
        ),
        by=actor,
    )
    show(_outcome_data(outcome, unit), as_json=as_json, text=_outcome_text(outcome, unit))


def _parse(text: str) -> int:
    from pingzhan.kernel.errors import Invalid
    from pingzhan.kernel.levels import parse_level

    try:
        return parse_level(text).value
    except ValueError as error:
        raise Invalid(f"响应等级写错了：{text}。", hint="请写 I、II、III 或 IV。", place="--level") from error


def _resolve(unit_code: str, username: str) -> tuple[Unit, Actor]:
    from pingzhan.domain.territory.api import unit_by_code
    from pingzhan.foundation.access.actor import actor_of
    from pingzhan.foundation.accounts.models import User
    from pingzhan.kernel.errors import NotFound

    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(f"没有名为“{username}”的启用账号。", hint="请核对用户名。", place="--by")
    return unit_by_code(unit_code), actor_of(user)


def _preview_data(shown: Preview) -> dict[str, Any]:
    return {
        "preview_sha": shown.sha,
        "expect_epoch": shown.epoch,
        "unit": shown.unit_name,
        "level": shown.level,
        "counts": shown.counts,
        "commander": {"name": shown.commander, "acting": shown.commander_acting},
        "workers": shown.workers,
        "opened": [_line(line) for line in shown.opened],
        "closed": [_line(line) for line in shown.closed],
        "gaps": [
            {"kind": gap.kind, "severity": gap.severity, "sentence": gap.sentence, "post": gap.post_code}
            for gap in shown.gaps
        ],
    }


def _line(line: Any) -> dict[str, Any]:
    return {
        "post": line.post_code,
        "post_name": line.post_name,
        "seat": line.seat_no,
        "person": line.person_id,
        "name": line.person_name,
        "by": line.chosen_by,
        "reason": line.reason,
    }


def _preview_text(shown: Preview) -> str:
    counts = shown.counts
    lines = [
        f"{shown.unit_name}：启用席位 {counts['opened']}，关闭 {counts['closed']}，不变 {counts['kept']}，"
        f"任务 {counts.get('tasks', 0)}，缺口 {counts.get('gaps', 0)}，职工通告 {shown.workers} 人。",
        f"指挥：{shown.commander}{'（代行）' if shown.commander_acting else ''}",
        *(f"缺口：{gap.sentence}" for gap in shown.gaps),
        f"下令时附上：--preview-sha {shown.sha} --expect-epoch {shown.epoch}",
    ]
    return "\n".join(lines)


def _outcome_data(outcome: Outcome, unit: Unit) -> dict[str, Any]:
    return {
        "activation": outcome.activation_id,
        "unit": unit.code,
        "epoch": outcome.epoch,
        "level": outcome.level,
        "replayed": outcome.replayed,
        "counts": outcome.counts,
    }


def _outcome_text(outcome: Outcome, unit: Unit) -> str:
    if outcome.replayed:
        return f"{unit.name}：这道命令已经执行过（第 {outcome.epoch} 次），没有重复执行。"
    counts = outcome.counts
    return (
        f"{unit.name}：已执行（第 {outcome.epoch} 次），"
        f"启用席位 {counts['opened']}，关闭 {counts['closed']}，"
        f"任务 {counts.get('tasks', 0)}，缺口 {counts.get('gaps', 0)}。"
    )
