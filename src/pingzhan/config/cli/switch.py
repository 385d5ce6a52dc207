"""``pingzhan switch``: preview, order and stand down from a script or a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO
from uuid import uuid4

import click

from pingzhan.config.cli import setup_django, show

if TYPE_CHECKING:
    from pingzhan.domain.command.api import Outcome, Preview, SeveralOutcome, SeveralPreview
    from pingzhan.domain.territory.models import Unit
    from pingzhan.foundation.access.actor import Actor

_units = click.option(
    "--unit", "unit_codes", multiple=True, help="单位代码；可写多个，一道命令全部生效或都不生效。"
)
_file = click.option("--units-file", type=click.File(encoding="utf-8"), help="单位代码的文本文件，一行一个。")
_level = click.option("--level", "level_text", required=True, help="响应等级 I、II、III 或 IV。")
_by = click.option("--by", "username", required=True, help="下令人的用户名。")
_hazard = click.option(
    "--hazard", default="", help="风险种类的代号，如 norovirus；不写则沿用现行命令，新的命令用默认的一种。"
)
_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
_key = click.option("--key", required=True, help="命令编号：同一编号重复执行不会重复下令。")
_reason = click.option("--reason", required=True, help="事由。")
_sha = click.option("--preview-sha", default="", help="预演给出的校验值：情况有变则拒绝。")
_epoch = click.option("--expect-epoch", type=int, default=None, help="预演给出的次数：已有人改变则拒绝。")


@click.group(help="平战转换：预演、下令、解除。")
def switch() -> None:
    """Hold the three subcommands."""


@switch.command(help="预演：显示会发生什么，不改变任何数据。")
@_units
@_file
@_level
@click.option("--reason", default="", help="事由；可不写。")
@click.option("--basis", default="", help="依据；可不写。")
@click.option("--key", default="", help="命令编号；可不写。")
@_hazard
@_by
@_json
def preview(
    unit_codes: tuple[str, ...],
    units_file: TextIO | None,
    level_text: str,
    reason: str,
    basis: str,
    key: str,
    hazard: str,
    username: str,
    as_json: bool,
) -> None:
    """Print what an order would do now, with the values that tie an order to it."""
    setup_django()
    from pingzhan.domain.command.api import (
        SwitchOrder,
        SwitchSeveral,
        preview_switch,
        preview_switch_several,
    )

    units, actor = _resolve(unit_codes, units_file, username)
    # The order is carried out and rolled back, so even a preview needs a key of its own.
    key, level = key or f"preview-{uuid4()}", _parse(level_text)
    if len(units) > 1:
        several = SwitchSeveral(key=key, units=units, level=level, reason=reason, basis=basis, hazard=hazard)
        found = preview_switch_several(order=several, by=actor)
        data = {
            **_preview_data(found.preview),
            "units": [one.unit_name for one in found.scopes],
            "already": [one.unit_name for one in found.already],
        }
        show(data, as_json=as_json, text=_several_text(found))
        return
    shown = preview_switch(
        order=SwitchOrder(key=key, unit=units[0], level=level, reason=reason, basis=basis, hazard=hazard),
        by=actor,
    )
    show(_preview_data(shown), as_json=as_json, text=_preview_text(shown))


@switch.command(help="下令：转入战时或改变等级。")
@_units
@_file
@_level
@_reason
@click.option("--basis", required=True, help="依据的文件号；口头命令写下令人。")
@click.option("--verbal", is_flag=True, help="口头命令，文件号随后补录。")
@_hazard
@_key
@_by
@_sha
@_epoch
@_json
def order(
    unit_codes: tuple[str, ...],
    units_file: TextIO | None,
    level_text: str,
    reason: str,
    basis: str,
    verbal: bool,
    hazard: str,
    key: str,
    username: str,
    preview_sha: str,
    expect_epoch: int | None,
    as_json: bool,
) -> None:
    """Order a switch and print what it did."""
    setup_django()
    from pingzhan.domain.command.api import SwitchOrder, SwitchSeveral, order_switch, order_switch_several
    from pingzhan.domain.command.enums import BasisKind

    units, actor = _resolve(unit_codes, units_file, username)
    said: dict[str, Any] = {
        "key": key,
        "level": _parse(level_text),
        "reason": reason,
        "basis": basis,
        "basis_kind": BasisKind.VERBAL if verbal else BasisKind.DOCUMENT,
        "preview_sha": preview_sha,
        "hazard": hazard,
    }
    if len(units) > 1:
        _one_epoch(expect_epoch)
        done = order_switch_several(order=SwitchSeveral(units=units, **said), by=actor)
        show(_several_data(done), as_json=as_json, text=_done_text(done, units))
        return
    unit = units[0]
    outcome = order_switch(order=SwitchOrder(unit=unit, expect_epoch=expect_epoch, **said), by=actor)
    show(_outcome_data(outcome, unit), as_json=as_json, text=_outcome_text(outcome, unit))


@switch.command("stand-down", help="解除：转回平时，未完任务移交平时岗位。")
@_units
@_file
@_reason
@click.option("--basis", default="", help="依据的文件号或下令人；写了就记在事由后面。")
@click.option("--level", "_level_text", default="", help="解除不看等级；为与下令的写法一致而接受。")
@_key
@_by
@_sha
@_epoch
@_json
def stand_down(
    unit_codes: tuple[str, ...],
    units_file: TextIO | None,
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
    from pingzhan.domain.command.api import StandDown, StandDownSeveral, stand_down_several
    from pingzhan.domain.command.api import stand_down as end

    units, actor = _resolve(unit_codes, units_file, username)
    if basis:
        reason = f"{reason}（依据：{basis}）"
    if len(units) > 1:
        _one_epoch(expect_epoch)
        several = StandDownSeveral(key=key, units=units, reason=reason, preview_sha=preview_sha)
        done = stand_down_several(order=several, by=actor)
        show(_several_data(done), as_json=as_json, text=_done_text(done, units))
        return
    unit = units[0]
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


def _one_epoch(expect_epoch: int | None) -> None:
    from pingzhan.kernel.errors import Invalid

    if expect_epoch is not None:
        raise Invalid(
            "多个单位不能只写一个次数。",
            hint="请用预演给出的 --preview-sha，它包含每个单位的次数。",
            place="--expect-epoch",
        )


def _resolve(codes: Sequence[str], listed: TextIO | None, username: str) -> tuple[tuple[Unit, ...], Actor]:
    from pingzhan.domain.territory.api import unit_by_code
    from pingzhan.foundation.access.actor import actor_of
    from pingzhan.foundation.accounts.models import User
    from pingzhan.kernel.errors import Invalid, NotFound

    wanted = [*codes, *((line.strip() for line in listed) if listed is not None else ())]
    wanted = list(dict.fromkeys(code for code in wanted if code))
    if not wanted:
        raise Invalid("没有写单位代码。", hint="请写 --unit 或 --units-file。", place="--unit")
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(f"没有名为“{username}”的启用账号。", hint="请核对用户名。", place="--by")
    return tuple(unit_by_code(code) for code in wanted), actor_of(user)


def _several_text(found: SeveralPreview) -> str:
    lines = [
        f"{len(found.scopes)} 个单位（{'、'.join(one.unit_name for one in found.scopes)}）："
        + _counts_text(found.preview),
        *(f"{one.unit_name}已是这个等级，不重复下令。" for one in found.already),
        *_preview_lines(found.preview),
        f"下令时附上：--preview-sha {found.sha}",
    ]
    return "\n".join(lines)


def _several_data(done: SeveralOutcome) -> dict[str, Any]:
    return {
        "activations": list(done.activation_ids),
        "level": done.level,
        "already": done.already,
        "replayed": done.replayed,
        "counts": done.counts,
    }


def _done_text(done: SeveralOutcome, units: Sequence[Unit]) -> str:
    if done.replayed:
        return f"{len(units)} 个单位：这道命令已经执行过，没有重复执行。"
    return (
        f"{len(done.activation_ids)} 个单位已执行，"
        f"启用席位 {done.counts['opened']}，关闭 {done.counts['closed']}，"
        f"任务 {done.counts.get('tasks', 0)}，缺口 {done.counts.get('gaps', 0)}。"
    )


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


def _counts_text(shown: Preview) -> str:
    counts = shown.counts
    return (
        f"启用席位 {counts['opened']}，关闭 {counts['closed']}，不变 {counts['kept']}，"
        f"任务 {counts.get('tasks', 0)}，缺口 {counts.get('gaps', 0)}，职工通告 {shown.workers} 人。"
    )


def _preview_lines(shown: Preview) -> list[str]:
    return [
        f"指挥：{shown.commander}{'（代行）' if shown.commander_acting else ''}",
        *(f"缺口：{gap.sentence}" for gap in shown.gaps),
    ]


def _preview_text(shown: Preview) -> str:
    lines = [
        f"{shown.unit_name}：{_counts_text(shown)}",
        *_preview_lines(shown),
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
