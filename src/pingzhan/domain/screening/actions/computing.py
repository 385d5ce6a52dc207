"""Computing a version and having it checked. Solver and NumPy are imported when it begins, never by the web process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.screening.actions import planning
from pingzhan.domain.screening.enums import PlanState
from pingzhan.domain.territory.models import Unit

FAULTS = {
    "missing": gettext_lazy("有人没有排上"),
    "duplicate": gettext_lazy("有人排了两次"),
    "unknown": gettext_lazy("排了不存在的企业或采样队"),
    "late": gettext_lazy("晚于企业能采样的时间"),
    "age": gettext_lazy("样本送到实验室时超过规定时间"),
    "cooler": gettext_lazy("超过冷藏箱容量"),
    "points": gettext_lazy("同一企业同时到的采样队多于采样台"),
    "work": gettext_lazy("超过工作时间"),
    "hours": gettext_lazy("晚于采样队收工时间"),
    "trips": gettext_lazy("往返次数过多"),
    "lab": gettext_lazy("实验室已停止收样"),
    "times": gettext_lazy("写明的时间做不到"),
    "frozen": gettext_lazy("改动了已经开始的安排"),
    "out": gettext_lazy("派了已经退出的采样队"),
    "closed": gettext_lazy("去了已经封闭的企业"),
    "unserved": gettext_lazy("放弃了还能采样的人"),
    "unfetched": gettext_lazy("没有送样员来取样本"),
    "refetched": gettext_lazy("样本被取了两次"),
    "early": gettext_lazy("采样没有结束就来取样本"),
    "load": gettext_lazy("超过送样员一次能带的数量"),
    "fleet": gettext_lazy("超过送样员人数"),
    "shift": gettext_lazy("超出送样员的工作时间"),
}
"""What a broken rule is called on screen."""
SHOWN = 20


def compute_plan(version_id: int, *, progress: Callable[[int], None] | None = None) -> PlanState | None:
    """Compute a version, have it checked by code that knows nothing of the planner, store what came out.

    ``progress`` is told percents and may raise to end it. Returns None when the version is no longer wanted. Takes
    seconds to minutes; called by the background job, and by whoever builds a small zone in one go.
    """
    version = planning.begin_computing(version_id)
    if version is None:
        return None
    from pingzhan.engines import plancheck
    from pingzhan.engines.planning import Ask, greedy_plan, make_plan, replan

    def told(share: float, stage: str) -> None:
        del stage
        percent = round(share * 100)
        planning.say_progress(version_id, percent)
        if progress is not None:
            progress(percent)

    if version.base is not None:
        before, said = version.base.plan or {}, version.happened
        # Repeatable, as every plan that counts: a budget in iterations, not in seconds.
        ask = Ask(mode=said["mode"], kind="iterations", amount=version.iterations, seed=version.seed)
        plan = replan(version.instance, before, said, at=said["at"], ask=ask, progress=told)
        report = plancheck.check(version.instance, plan, before=before)
        # What it is measured by is the plan that cannot be kept, which stands beside it.
        return planning.store_plan(version_id, plan=plan, greedy={}, faults=_words(report.violations))
    plan = make_plan(version.instance, progress=told)
    by_rule = greedy_plan(version.instance)
    report = plancheck.check(version.instance, plan)
    return planning.store_plan(
        version_id,
        plan=plan,
        greedy={**by_rule["score"], "violations": len(by_rule["violations"])},
        faults=_words(report.violations),
    )


def _words(violations: Sequence[Any]) -> list[str]:
    numbers = {int(one.site) for one in violations if one.site.isdigit()}
    names = dict(Unit.objects.filter(pk__in=numbers).values_list("pk", "name"))
    found = []
    for one in violations[:SHOWN]:
        where = names.get(int(one.site), "") if one.site.isdigit() else ""
        text = _("%(fault)s：%(where)s") if where else "%(fault)s"
        found.append(text % {"fault": str(FAULTS.get(one.kind, one.kind)), "where": where})
    return list(dict.fromkeys(found))
