"""``pingzhan plan``: plan a testing round, check a plan, solve published problems. No database is needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pingzhan.config.cli import show

_json = click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
BROKEN_RULES = 2
"""Exit code when a plan breaks a rule."""


@click.group(help="采样计划：排一轮核酸检测，核对计划，计算公开算例。")
def plan() -> None:
    """Hold the subcommands."""


@plan.command("round")
@click.argument("instance", type=_file)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个文件。"
)
@click.option("--iterations", type=click.IntRange(min=1), help="搜索次数；次数和种子相同，结果一字不差。")
@click.option("--cpu-seconds", type=click.FloatRange(min=0.1), help="处理器时间，秒。")
@click.option("--seed", type=click.IntRange(min=0), help="随机种子；不写时用实例里的。")
@click.option(
    "--by", type=click.Choice(["search", "greedy", "hand"]), default="search", help="优化、快速、按片区手排。"
)
@_json
def round_command(
    instance: Path,
    output: Path,
    iterations: int | None,
    cpu_seconds: float | None,
    seed: int | None,
    by: str,
    as_json: bool,
) -> None:
    """为一轮检测排计划：谁在什么时候到哪里采多少人，什么时候送到实验室。"""
    from pingzhan.engines.planning import Effort, PlanningError, greedy_plan, make_plan, read_instance

    if iterations is not None and cpu_seconds is not None:
        raise PlanningError("搜索次数和处理器时间只能写一个。", place="--iterations")
    data = load(instance)
    if by == "search":
        asked = read_instance(data)
        kind, amount = asked.budget
        if iterations is not None:
            kind, amount = "iterations", iterations
        elif cpu_seconds is not None:
            kind, amount = "cpu_s", cpu_seconds
        effort = Effort(kind, amount, asked.seed if seed is None else seed)
        found = make_plan(data, effort=effort, progress=None if as_json else say)
    else:
        found = greedy_plan(data, by_hand=by == "hand")
    output.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    score = found["score"]
    show(
        {
            "output": str(output),
            "score": score,
            "bounds": found["bounds"],
            "violations": len(found["violations"]),
            **({"fetching": found["fetching"]} if "fetching" in found else {}),
        },
        as_json=as_json,
        text=(
            f"{output}：{score['persons']} 人，{score['tubes']} 管，{score['teams_used']} 个队；"
            f"最后送到 {clock(score['last_lab'])}，最后出结果 {clock(score['last_result'])}"
            f"（不可能早于 {clock(found['bounds']['last_result'])}），{score['staff_h']:.1f} 人时，"
            f"不合规 {len(found['violations'])} 处。" + "".join(f"\n{line}" for line in _of_drivers(found))
        ),
    )


def _of_drivers(found: dict[str, Any]) -> Iterator[str]:
    """Yield what a plan with drivers says of them: nothing for a plan without."""
    told, score = found.get("fetching"), found["score"]
    if told is None:
        return
    yield (
        f"送样员 {told['used']} 名（最多 {told['drivers']} 名），{score['driver_h']:.1f} 小时，"
        f"{score['driver_km']:.1f} 公里；采样队最晚 {clock(score['home'])} 收工。"
    )
    if not told["kept"]:
        more = "" if told["enough"] is None else f"，{told['enough']} 名就够"
        yield f"{told['drivers']} 名送样员送不完{more}："
    for one in told["unfetched"]:
        yield f"没有人来取：{one['site']} {one['team']}，{one['persons']} 人，{UNFETCHED[one['reason']]}。"


@plan.command("replan")
@click.argument("instance", type=_file)
@click.argument("plan_file", metavar="PLAN", type=_file)
@click.option(
    "--at", "minute", type=click.FloatRange(min=0, max=7 * 1440), required=True, help="现在是当天第几分钟。"
)
@click.option("--change", "changes", type=_file, required=True, help="发生了什么：变化文件。")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个文件。"
)
@click.option(
    "--mode",
    type=click.Choice(["least-delay", "least-change"]),
    default="least-delay",
    show_default=True,
    help="最早出结果，或者改动最少。",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="改动最少时，最后出结果可以晚几分钟。",
)
@click.option("--iterations", type=click.IntRange(min=1), help="搜索次数；次数和种子相同，结果一字不差。")
@click.option(
    "--cpu-seconds", type=click.FloatRange(min=0.1), default=5.0, show_default=True, help="处理器时间，秒。"
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="随机种子。")
@_json
def replan_command(
    instance: Path,
    plan_file: Path,
    minute: float,
    changes: Path,
    output: Path,
    mode: str,
    tolerance: float,
    iterations: int | None,
    cpu_seconds: float,
    seed: int,
    as_json: bool,
) -> None:
    """执行中重排：已经开始的不动，其余按发生的变化重新安排。"""
    from pingzhan.engines.planning import Ask, replan

    kind, amount = ("cpu_s", cpu_seconds) if iterations is None else ("iterations", float(iterations))
    found = replan(
        load(instance),
        load(plan_file),
        load(changes),
        at=round(minute * 60),
        ask=Ask(mode, tolerance, kind, amount, seed),
        progress=None if as_json else say,
    )
    output.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    score, unserved = found["score"], found["replan"]["unserved"]
    show(
        {
            "output": str(output),
            "score": score,
            "bounds": found["bounds"],
            "violations": len(found["violations"]),
            "changes": len(found["changes"]),
            "notices": len(found["notices"]),
            "unserved": unserved,
        },
        as_json=as_json,
        text="\n".join(
            [
                f"{output}：改动 {len(found['changes'])} 处，要通知 {len(found['notices'])} 个场所；"
                f"最后送到 {clock(score['last_lab'])}，最后出结果 {clock(score['last_result'])}，"
                f"不合规 {len(found['violations'])} 处。",
                *(
                    f"采不到：{one['site']} {one['cohort']}，{one['persons']} 人，{REASONS[one['reason']]}。"
                    for one in unserved
                ),
            ]
        ),
    )


@plan.command("check")
@click.argument("instance", type=_file)
@click.argument("plan_file", metavar="PLAN", type=_file)
@click.option("--before", type=_file, help="重排之前的计划：核对已经开始的一处没动。")
@_json
def check_command(instance: Path, plan_file: Path, before: Path | None, as_json: bool) -> None:
    """核对一份计划：重新计算时间，列出每一处不合规；有不合规退出码为 2。"""
    from pingzhan.engines import plancheck

    report = plancheck.check(load(instance), load(plan_file), load(before) if before else None)
    lines = [
        f"{'合规' if report.ok else '不合规'}：{report.persons} 人，最后送到 {clock(report.last_lab)}，"
        f"最后出结果 {clock(report.last_result)}，{report.staff_h:.1f} 人时。"
    ]
    lines += [
        f"{NAMES[one.kind]}：{' '.join(part for part in (one.team, one.site, one.cohort) if part)}"
        + (f"，{one.persons} 人" if one.persons else "")
        + (f"，{one.seconds} 秒" if one.seconds else "")
        for one in report.violations
    ]
    show(report.as_dict(), as_json=as_json, text="\n".join(lines))
    if not report.ok:
        sys.exit(BROKEN_RULES)


@plan.command("vrplib")
@click.argument("file", type=_file)
@click.option("--solomon", is_flag=True, help="Solomon 格式的文本。")
@click.option("--cpu-seconds", type=click.FloatRange(min=0.1), required=True, help="处理器时间，秒。")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="随机种子。")
@click.option(
    "--rounding",
    type=click.Choice(["dimacs", "round", "trunc", "exact", "none"]),
    default="dimacs",
    show_default=True,
    help="距离怎样取整：十倍去尾、四舍五入、去尾、千倍、不变。",
)
def vrplib_command(file: Path, solomon: bool, cpu_seconds: float, seed: int, rounding: str) -> None:
    """计算公开的路径问题，输出费用和路线，用来同别的程序比较。"""
    from pingzhan.engines.planning.vrplib import solve_file

    found = solve_file(file, solomon=solomon, cpu_seconds=cpu_seconds, seed=seed, rounding=rounding)
    click.echo(json.dumps({"cost": found.cost, "routes": found.routes}))


NAMES = {
    "missing": "漏采",
    "duplicate": "多采",
    "unknown": "实例里没有",
    "late": "晚于时间窗",
    "age": "样本超时",
    "cooler": "超过冷藏箱容量",
    "points": "超过采样点数",
    "work": "超过工时",
    "hours": "晚于收工时间",
    "trips": "趟数过多",
    "lab": "实验室已关门",
    "times": "写明的时间做不到",
    "frozen": "改动了已定的安排",
    "out": "派给了已退出的队",
    "closed": "派到了已关门的场所",
    "unserved": "没有理由就放弃",
    "skill": "队没有需要的专长",
    "unfetched": "没有送样员来取",
    "refetched": "样本被取了两次",
    "early": "采样没有结束就来取",
    "load": "超过送样员一次能带的数量",
    "fleet": "超过送样员人数",
    "shift": "超出送样员的工作时间",
}
"""What a kind of violation is called on screen."""


REASONS = {
    "site_closed": "场所关门",
    "window": "时间窗已过",
    "no_team": "没有队可派",
    "skill": "没有队有需要的专长",
}
"""Why people cannot be swabbed after planning again."""
UNFETCHED = {
    "drivers": "送样员不够",
    "age": "采完就送也会超时",
    "hours": "送样员收工或实验室关门前送不到",
    "load": "一名送样员带不下",
}
"""Why nobody can fetch the samples of a visit."""


def load(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file. Raises PlanningError."""
    from pingzhan.engines.planning import PlanningError

    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise PlanningError("文件不是 JSON。", place=path.name) from error
    if not isinstance(found, dict):
        raise PlanningError("文件里要是一个 JSON 对象。", place=path.name)
    return found


def clock(seconds: float) -> str:
    """Return a time of day; beyond midnight the day is said."""
    days, rest = divmod(round(seconds), 86_400)
    text = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}"
    return f"第 {days + 1} 天 {text}" if days else text


def say(share: float, stage: str) -> None:
    """Write progress to the error output."""
    words = {"routes": "排路线", "laboratory": "配合实验室", "couriers": "安排送样员"}.get(stage, "")
    click.echo(f"\r{share:4.0%} {words}", err=True, nl=False)
    if share >= 1:
        click.echo(err=True)
