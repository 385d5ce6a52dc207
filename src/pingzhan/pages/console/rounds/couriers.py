"""A version with couriers as the page shows it: what it would bring and cost beside another plan, and the drivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pingzhan.domain.screening.enums import PlanState
from pingzhan.domain.screening.models import PlanVersion
from pingzhan.pages.console.rounds import shown
from pingzhan.pages.console.rounds.shared import clock

REASONS = {
    "drivers": gettext_lazy("送样员不够"),
    "age": gettext_lazy("采完就送也会超过时限"),
    "hours": gettext_lazy("收车或实验室停止收样前送不到"),
    "load": gettext_lazy("一名送样员带不下"),
}
"""Why nobody can fetch the samples of a visit."""


def beside(version: PlanVersion) -> PlanVersion | None:
    """Return what a version with couriers is compared with: the plan in force, else the newest ordinary one."""
    ordinary = PlanVersion.objects.filter(round=version.round_id, what_if={}, score__isnull=False)
    found = {one.state: one for one in ordinary.defer("instance", "plan").order_by("number")}
    return found.get(PlanState.ADOPTED) or found.get(PlanState.READY)


def compared(
    version: PlanVersion, teams: Mapping[str, str], firms: Mapping[str, str], drawn: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Return what the page shows more of a version with couriers; None of any other. ``drawn`` is the teams' map."""
    told = (version.plan or {}).get("fetching")
    if told is None:
        return None
    other = beside(version)
    return {
        "other": other,
        "words": _words(version.score or {}, told, other),
        "short": _short(told),
        "unfetched": [
            (
                firms.get(one["site"], ""),
                one["persons"],
                teams.get(one["team"], ""),
                clock(one["ready"]),
                str(REASONS[one["reason"]]),
            )
            for one in told["unfetched"]
        ],
        "figures": _figures(version, (other.score or {}) if other else {}),
        "gantt": _gantt(version, teams, firms),
        "rows": [*shown.rows(shown.lines(version, teams, firms)), *_rows(version, firms)],
        "routes": routes(version, drawn),
        "routes_label": _("第 %(n)d 版：各送样员的路线") % {"n": version.number},
        "route_columns": route_columns(),
        "route_rows": [
            [name, n, _("、").join(dict.fromkeys(_firms(trip, firms))), clock(trip["lab_arrive"])]
            for name, n, trip in _trips(version)
        ],
    }


def columns() -> list[str]:
    """Return the head words of the table beneath the Gantt."""
    return [_("采样队或送样员"), *shown.columns()[1:]]


def route_columns() -> list[str]:
    """Return the head words of the table beneath the drivers' map."""
    return [_("送样员"), *shown.route_columns()[1:]]


def team_columns() -> list[str]:
    """Return the head words of the table beneath the teams' map: they go home without samples."""
    return [*shown.route_columns()[:3], _("回到基地")]


def routes(version: PlanVersion, drawn: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the data of the drivers' map, from that of the teams'; None while no park plan is drawn."""
    if drawn is None:
        return None
    where = {one["id"]: shown.metres(one["pos"]) for one in version.instance["sites"]}
    trips: dict[str, list[Any]] = {}
    for name, _n, trip in _trips(version):
        stops = [where[one["site"]] for one in trip["pickups"]]
        trips.setdefault(name, []).append([drawn["lab"], *stops, drawn["lab"]])
    return {**drawn, "teams": [{"name": name, "trips": one} for name, one in trips.items()]}


def _name(n: int) -> str:
    return _("送样员 %(n)d") % {"n": n}


def _trips(version: PlanVersion) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield the driver's name, the number of the trip, and the trip."""
    for n, courier in enumerate((version.plan or {}).get("couriers", ()), 1):
        for m, trip in enumerate(courier["trips"], 1):
            yield _name(n), m, trip


def _firms(trip: dict[str, Any], firms: Mapping[str, str]) -> list[str]:
    return [firms.get(one["site"], "") for one in trip["pickups"]]


def _rows(version: PlanVersion, firms: Mapping[str, str]) -> list[list[Any]]:
    return [
        [
            name,
            n,
            firms.get(one["site"], ""),
            clock(one["arrive"]),
            clock(one["at"]),
            clock(one["leave"]),
            one["persons"],
            one["tubes"],
        ]
        for name, n, trip in _trips(version)
        for one in trip["pickups"]
    ]


def _gantt(version: PlanVersion, teams: Mapping[str, str], firms: Mapping[str, str]) -> dict[str, Any]:
    """Return the data of the Gantt: teams, whose last drive leads home, and a row for each driver."""
    found = shown.gantt(version, teams, firms)
    bars = [
        {**one, "name": _("回基地"), "tone": "idle"} if one["tone"] == "warn" else one
        for one in found["bars"]
    ]
    names: list[str] = []
    for name, _n, trip in _trips(version):
        if name not in names:
            names.append(name)
        row = len(found["rows"]) + len(names) - 1
        # Pickups last minutes: each as a bar of its own they would be nothing but lines. The table has them.
        away = trip["pickups"][-1]["leave"]
        stops = len(set(_firms(trip, firms)))
        gathers = ngettext("到 %(n)d 家企业取样", "到 %(n)d 家企业取样", stops) % {"n": stops}
        brings = ngettext("送实验室，%(n)d 管", "送实验室，%(n)d 管", trip["tubes"]) % {"n": trip["tubes"]}
        bars += [
            _bar(row, trip["depart"], away, gathers, "ok"),
            _bar(row, away, trip["lab_arrive"], brings, "warn"),
        ]
    return {"rows": [*found["rows"], *names], "bars": bars}


def _bar(row: int, since: int, until: int, name: str, tone: str) -> dict[str, Any]:
    return {
        "row": row,
        "from": round(since / 3600, 3),
        "to": round(until / 3600, 3),
        "name": name,
        "tone": tone,
    }


def _figures(version: PlanVersion, other: Mapping[str, Any]) -> list[shown.Figure]:
    plan, told = version.score or {}, (version.plan or {})["fetching"]
    # In a plan without couriers the last team is home when the last samples are at the laboratory.
    other = {**other, "home": other["last_lab"]} if other else {}
    bound = (version.plan or {})["bounds"]
    waits = [one["at"] - one["ready"] for _name, _n, trip in _trips(version) for one in trip["pickups"]]
    found = [
        shown.time(_("最后出结果"), plan, other, "last_result"),
        shown.Figure(_("不可能早于"), clock(bound["last_result"]), "", None),
        shown.time(_("最后送到实验室"), plan, other, "last_lab"),
        shown.time(_("采样队最晚收工"), plan, other, "home"),
        shown.number(_("采样人员人时"), plan, other, "staff_h", 1),
        shown.Figure(_("送样员小时"), f"{plan['driver_h']:.1f}", "", None),
        shown.Figure(_("用了几名送样员"), f"{told['used']}", "", None),
        shown.Figure(
            _("几名送样员就够"),
            _("多少名也不够") if told["enough"] is None else f"{told['enough']}",
            "",
            None,
        ),
        shown.Figure(_("样本在企业等人来取最久（分钟）"), f"{max(waits, default=0) // 60}", "", None),
        shown.number(_("行驶公里"), plan, other, "km", 1),
        shown.Figure(_("其中送样员公里"), f"{plan['driver_km']:.1f}", "", None),
        shown.number(_("最忙队与平均之比"), plan, other, "fairness", 2),
        shown.number(_("用了几个队"), plan, other, "teams_used", 0),
        shown.number(_("管数"), plan, other, "tubes", 0),
    ]
    # What leaves samples behind is better in nothing.
    return found if told["kept"] else [replace(one, better=None) for one in found]


def _words(plan: Mapping[str, Any], told: Mapping[str, Any], other: PlanVersion | None) -> str:
    """Return in one sentence what couriers would bring and cost; empty without a plan to compare with."""
    if other is None or not other.score or not told["kept"]:
        return ""
    home, hours = other.score["last_lab"] - plan["home"], other.score["staff_h"] - plan["staff_h"]
    result = other.score["last_result"] - plan["last_result"]
    return _("同第 %(n)d 版比，%(what)s。") % {
        "n": other.number,
        "what": _("，").join(
            [
                _sooner(
                    home,
                    _("采样队最晚收工早 %(n)d 分钟"),
                    _("采样队最晚收工晚 %(n)d 分钟"),
                    _("采样队收工时间不变"),
                ),
                _sooner(
                    result,
                    _("最后出结果早 %(n)d 分钟"),
                    _("最后出结果晚 %(n)d 分钟"),
                    _("最后出结果时间不变"),
                ),
                _hours(hours),
                ngettext(
                    "要另派 %(n)d 名送样员，共 %(hours).1f 小时",
                    "要另派 %(n)d 名送样员，共 %(hours).1f 小时",
                    told["used"],
                )
                % {"n": told["used"], "hours": plan["driver_h"]},
            ]
        ),
    }


def _hours(saved: float) -> str:
    if not round(abs(saved), 1):
        return _("采样人员人时不变")
    return (_("采样人员少用 %(n).1f 人时") if saved > 0 else _("采样人员多用 %(n).1f 人时")) % {
        "n": abs(saved)
    }


def _sooner(seconds: float, sooner: str, later: str, same: str) -> str:
    minutes = round(abs(seconds) / 60)
    return same if not minutes else (sooner if seconds > 0 else later) % {"n": minutes}


def _short(told: Mapping[str, Any]) -> str:
    """Return that so many drivers cannot keep it, and how many could; empty when they can."""
    if told["kept"]:
        return ""
    said = ngettext(
        "%(n)d 名送样员不能把全部样本按时送到。", "%(n)d 名送样员不能把全部样本按时送到。", told["drivers"]
    ) % {"n": told["drivers"]}
    if told["enough"] is None:
        return said + _("下列有的样本增加送样员也送不到，要放宽时限或者另作安排。")
    return said + ngettext("%(n)d 名就够。", "%(n)d 名就够。", told["enough"]) % {"n": told["enough"]}
