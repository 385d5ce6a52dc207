"""The import of areas and their plans: a line for each area, known by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.sanitation.actions.areas import AreaData, add_area, change_area, read_area, retire_area
from pingzhan.domain.sanitation.enums import CLOSED_KINDS, KEY_KINDS, Agent, AreaKind
from pingzhan.domain.sanitation.models import Area
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation.imports.spec import Column, Context, ImportSpec, Judged, Kind, Outcome, Row, Verdict
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

_MARKS = str.maketrans(dict.fromkeys("、，,；;", " "))


def read_times(text: str) -> str:
    """Return times of day in order, parted by blanks. Raises Invalid for what is none."""
    found = []
    for one in fold(text).translate(_MARKS).split():
        try:
            found.append(datetime.strptime(one, "%H:%M").time())  # noqa: DTZ007
        except ValueError:
            raise Invalid(_("“%(one)s”不是时刻，请写成 08:30 的样子。") % {"one": one[:12]}) from None
    return written(found)


def written(times: Sequence[time]) -> str:
    """Return times of day as an export writes them and an import reads them."""
    return " ".join(f"{one:%H:%M}" for one in sorted(set(times)))


def _times(text: str | None) -> tuple[time, ...]:
    return tuple(time.fromisoformat(one) for one in (text or "").split())


COLUMNS = (
    Column("name", gettext_lazy("区域名称"), required=True, width=18, max_length=60, check=fold),
    Column(
        "kind", gettext_lazy("类别"), Kind.CHOICE, required=True, width=12, choices=tuple(AreaKind.choices)
    ),
    Column(
        "site",
        gettext_lazy("场所编号"),
        Kind.CODE,
        width=12,
        max_length=20,
        note=gettext_lazy("本企业场所的编号。"),
    ),
    Column("is_key", gettext_lazy("重点区域"), Kind.BOOLEAN, width=10, note=gettext_lazy("不填时按类别。")),
    Column(
        "by_shift", gettext_lazy("班前班后消杀"), Kind.BOOLEAN, width=12, note=gettext_lazy("不填为“是”。")
    ),
    Column("airs", gettext_lazy("需要通风"), Kind.BOOLEAN, width=10, note=gettext_lazy("不填时按类别。")),
    Column("own_times", gettext_lazy("另加的消杀时刻"), width=18, example="10:00 15:30", check=read_times),
    Column(
        "air_times",
        gettext_lazy("计划通风时刻"),
        width=18,
        check=read_times,
        note=gettext_lazy("不填时按措施规定的时刻。"),
    ),
    Column("air_minutes", gettext_lazy("计划通风分钟"), Kind.INTEGER, width=12),
    Column("agent", gettext_lazy("常用消毒剂"), Kind.CHOICE, width=16, choices=tuple(Agent.choices)),
    Column(
        "strength", gettext_lazy("常用浓度"), Kind.DECIMAL, width=10, note=gettext_lazy("不填为常用浓度。")
    ),
    Column(
        "retires",
        gettext_lazy("停用"),
        Kind.BOOLEAN,
        width=8,
        note=gettext_lazy("填“是”即停用，记录仍保留。"),
    ),
)
_FACTS = (
    "kind",
    "site",
    "is_key",
    "by_shift",
    "airs",
    "own_times",
    "air_times",
    "air_minutes",
    "agent",
    "strength",
)


@dataclass(frozen=True, slots=True)
class _Plan:
    area: int = 0
    data: AreaData | None = None


def shown(area: Area, key: str) -> Any:
    """Return what a column of the spreadsheet says of an area."""
    match key:
        case "site":
            return area.site.code if area.site is not None else None
        case "own_times" | "air_times":
            return written(getattr(area, key)) or None
        case _:
            return getattr(area, key)


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the areas in use. Two queries for the batch."""
    unit = enterprise_of(ctx)
    stored = {
        area.name: area
        for area in Area.objects.filter(enterprise=unit, retired_at__isnull=True).select_related("site")
    }
    sites = {site.code: site for site in Site.objects.filter(enterprise=unit, active=True)}
    return [_judged(row, unit, stored.get(row.values["name"]), sites, ctx.absent) for row in rows]


def _judged(
    row: Row, unit: Unit, known: Area | None, sites: dict[str, Site], absent: frozenset[str]
) -> Verdict:
    values = row.values
    if values["retires"]:
        if known is None:
            return Verdict.refused("retires", _("没有这个区域，不能停用。"))
        return Verdict(Outcome.CHANGED, changes={"retires": (_("在用"), _("停用"))}, carry=_Plan(known.pk))
    site = sites.get(values["site"] or "")
    if values["site"] and site is None and (known is None or shown(known, "site") != values["site"]):
        return Verdict.refused("site", _("本企业没有编号为%(code)s的场所。") % {"code": values["site"]})
    data = _data(values, known, site, absent)
    try:
        made = read_area(unit, data)
    except Invalid as error:
        place = {"minutes": "air_minutes"}.get(error.place, error.place)
        return Verdict.refused(place if place in values else "", told(error))
    if known is None:
        return Verdict(Outcome.NEW, carry=_Plan(0, data))
    changes = {
        key: (str(shown(known, key) or ""), str(shown(made, key) or ""))
        for key in _FACTS
        if shown(known, key) != shown(made, key)
    }
    if not changes:
        return Verdict(Outcome.SAME)
    return Verdict(Outcome.CHANGED, changes=changes, carry=_Plan(known.pk, data))


def _data(values: dict[str, Any], known: Area | None, site: Site | None, absent: frozenset[str]) -> AreaData:
    """What a row says of an area: what a column that is not in the file says is left as it is."""
    kind = AreaKind(values["kind"])
    usual: dict[str, Any] = {
        "is_key": kind in KEY_KINDS,
        "by_shift": True,
        "airs": kind not in CLOSED_KINDS,
        "agent": Agent.CHLORINE.value,
    }
    said: dict[str, Any] = {
        "site": site or (known.site if known is not None and values["site"] else None),
        "own_times": _times(values["own_times"]),
        "air_times": _times(values["air_times"]),
        "air_minutes": values["air_minutes"],
        "strength": values["strength"],
        **{key: usual[key] if values[key] is None else values[key] for key in usual},
    }
    if known is not None:
        said |= {key: getattr(known, key) for key in said if key in absent}
    said["agent"] = Agent(said["agent"])
    return AreaData(name=values["name"], kind=kind, **said)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Add, change and retire what was chosen by the actions of the pages."""
    unit = enterprise_of(ctx)
    for one in judged:
        plan: _Plan = one.verdict.carry
        if plan.data is None:
            retire_area(area_id=plan.area, by=ctx.by)
        elif plan.area:
            change_area(area_id=plan.area, data=plan.data, by=ctx.by)
        else:
            add_area(enterprise=unit, data=plan.data, by=ctx.by)


AREAS = ImportSpec(
    key="sanitation.areas",
    title=gettext_lazy("消杀区域"),
    columns=COLUMNS,
    natural_key=("name",),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/sanitation/",
    note=gettext_lazy("按区域名称核对，已登记的按表格更改；没有列出的区域不变，要停用的在“停用”列填“是”。"),
    max_rows=2_000,
)
