"""The import of enterprises into a zone. A row is known by its credit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.territory.actions.enterprises import EnterpriseData
from pingzhan.domain.territory.actions.imports import NewEnterprise, store_enterprises
from pingzhan.domain.territory.enums import EnterpriseStatus, LegalForm, RiskClass, UnitKind
from pingzhan.domain.territory.industry import DIVISIONS
from pingzhan.domain.territory.models import Enterprise, Unit
from pingzhan.foundation.access.actor import Actor, within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.imports.spec import (
    CellError,
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Scope,
    Verdict,
)

FIELDS = (
    "name",
    "short_name",
    "industry",
    "legal_form",
    "address",
    "plot",
    "headcount",
    "cold_chain",
    "imported_goods",
    "canteen",
    "dormitory",
)
"""Columns that are compared and changed for an enterprise that is known already."""
_EMPTY: dict[str, Any] = {
    "headcount": 0,
    "cold_chain": False,
    "imported_goods": False,
    "canteen": False,
    "dormitory": False,
}

COLUMNS = (
    Column(
        "name",
        gettext_lazy("企业名称"),
        required=True,
        width=28,
        example="明湖轻合金有限公司",
        max_length=120,
    ),
    Column(
        "credit_code",
        gettext_lazy("统一社会信用代码"),
        Kind.CREDIT_CODE,
        required=True,
        width=24,
        aliases=("信用代码", "社会信用代码"),
        note=gettext_lazy("18 位。按它认出已登记的企业。"),
    ),
    Column(
        "area",
        gettext_lazy("片区"),
        width=14,
        aliases=("所属片区",),
        note=gettext_lazy("片区的名称或代码；不填则直属开发区。只在登记时使用。"),
        max_length=60,
    ),
    Column(
        "code",
        gettext_lazy("单位代码"),
        Kind.CODE,
        width=12,
        note=gettext_lazy("不填则自动编号。只在登记时使用。"),
        max_length=20,
    ),
    Column("short_name", gettext_lazy("简称"), width=16, max_length=40),
    Column(
        "industry",
        gettext_lazy("行业"),
        Kind.CHOICE,
        required=True,
        width=30,
        choices=tuple(DIVISIONS.items()),
        note=gettext_lazy("国民经济行业分类的大类，填两位数字或名称。"),
    ),
    Column("legal_form", gettext_lazy("企业类型"), Kind.CHOICE, width=16, choices=tuple(LegalForm.choices)),
    Column("address", gettext_lazy("地址"), width=30),
    Column("plot", gettext_lazy("地块号"), width=12, max_length=40),
    Column(
        "headcount",
        gettext_lazy("申报职工人数"),
        Kind.INTEGER,
        width=14,
        aliases=("职工人数", "人数"),
        minimum=0,
        maximum=200_000,
    ),
    Column("cold_chain", gettext_lazy("经营冷链"), Kind.BOOLEAN, width=10),
    Column("imported_goods", gettext_lazy("使用进口货物"), Kind.BOOLEAN, width=12),
    Column("canteen", gettext_lazy("有职工食堂"), Kind.BOOLEAN, width=12),
    Column("dormitory", gettext_lazy("有职工宿舍"), Kind.BOOLEAN, width=12),
    Column(
        "risk",
        gettext_lazy("风险等级"),
        Kind.CHOICE,
        width=10,
        choices=tuple(RiskClass.choices),
        note=gettext_lazy("只在登记时使用；已登记的企业请在企业页面上调整并写明理由。"),
    ),
)


def _may(actor: Actor, path: str) -> bool:
    return (
        actor.has(Permission.EDIT_ENTERPRISE, path)
        and Unit.objects.filter(path=path, kind__in=(UnitKind.ZONE, UnitKind.AREA)).exists()
    )


def _scopes(actor: Actor) -> Sequence[Scope]:
    units = Unit.objects.filter(
        within("path", actor.paths(Permission.EDIT_ENTERPRISE)), kind__in=(UnitKind.ZONE, UnitKind.AREA)
    ).order_by("path")[:200]
    return [Scope(unit.code, unit.path, unit.name) for unit in units]


def value_of(file: Enterprise, name: str) -> Any:
    """Return the stored value of a column."""
    return getattr(file.unit if name in ("name", "headcount") else file, name)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name == "industry":
        return f"{value} {DIVISIONS.get(value, '')}".strip()
    if name == "legal_form":
        return str(dict(LegalForm.choices).get(value, value))
    return str(value)


def _areas(ctx: Context) -> dict[str, Unit]:
    found: dict[str, Unit] | None = ctx.cache.get("areas")
    if found is None:
        units = Unit.objects.filter(path__startswith=ctx.scope.path, kind__in=(UnitKind.ZONE, UnitKind.AREA))
        found = {}
        for unit in units:
            found[unit.code] = unit
            found.setdefault(unit.name, unit)
        ctx.cache["areas"] = found
    return found


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the register: two queries for the whole batch."""
    files = Enterprise.objects.filter(
        credit_code__in=[row.values["credit_code"] for row in rows]
    ).select_related("unit")
    known = {file.credit_code: file for file in files}
    codes = {row.values["code"] for row in rows if row.values["code"]}
    taken = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))
    seen: set[str] = set()
    verdicts = []
    for row in rows:
        file = known.get(row.values["credit_code"])
        if file is None:
            verdicts.append(_new(row, ctx, taken, seen))
        else:
            verdicts.append(_known(row, file, ctx))
    return verdicts


def _new(row: Row, ctx: Context, taken: dict[str, int], seen: set[str]) -> Verdict:
    errors = []
    area = row.values["area"]
    parent = _areas(ctx).get(area) if area else _areas(ctx).get(ctx.scope.code)
    if parent is None:
        errors.append(CellError("area", _("没有名为“%(name)s”的片区。") % {"name": area}))
    code = row.values["code"] or ""
    if code and (code in taken or code in seen):
        errors.append(CellError("code", _("单位代码已被使用。")))
    seen.add(code)
    if errors or parent is None:
        return Verdict(Outcome.REFUSED, errors)
    values = {name: _stored(name, row.values[name]) for name in FIELDS}
    return Verdict(
        Outcome.NEW,
        carry=NewEnterprise(
            parent=parent,
            data=EnterpriseData(credit_code=row.values["credit_code"], **values),
            code=code,
            risk=RiskClass(row.values["risk"] or RiskClass.LOW),
        ),
    )


def _known(row: Row, file: Enterprise, ctx: Context) -> Verdict:
    if not file.unit.path.startswith(ctx.scope.path):
        return Verdict.refused("credit_code", _("这家企业登记在所选范围之外。"))
    if file.status == EnterpriseStatus.CLOSED:
        return Verdict.refused("credit_code", _("这家企业已经注销。"))
    code, risk = row.values["code"], row.values["risk"]
    if code and code != file.unit.code.upper():
        return Verdict.refused("code", _("这家企业的单位代码是“%(code)s”。") % {"code": file.unit.code})
    if risk and risk != file.risk:
        return Verdict.refused("risk", _("风险等级与登记的不同，请在企业页面上调整并写明理由。"))
    changes = {}
    for name in FIELDS:
        if name in ctx.absent:
            continue
        new, old = _stored(name, row.values[name]), value_of(file, name)
        if new != old:
            changes[name] = (old, new)
    if not changes:
        return Verdict(Outcome.SAME)
    return Verdict(
        Outcome.CHANGED,
        changes={name: (_shown(name, old), _shown(name, new)) for name, (old, new) in changes.items()},
        carry=(file, {name: new for name, (_old, new) in changes.items()}),
    )


def _stored(name: str, value: Any) -> Any:
    return _EMPTY.get(name, "") if value is None else value


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the rows that were chosen."""
    scope = Unit.objects.get(path=ctx.scope.path)
    store_enterprises(
        zone=scope,
        new=[one.verdict.carry for one in judged if one.verdict.outcome is Outcome.NEW],
        changed=[one.verdict.carry for one in judged if one.verdict.outcome is Outcome.CHANGED],
        by=ctx.by,
    )


ENTERPRISES = ImportSpec(
    key="territory.enterprises",
    title=gettext_lazy("企业档案"),
    columns=COLUMNS,
    natural_key=("credit_code",),
    may=_may,
    scopes=_scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/enterprises/",
    note=gettext_lazy("已登记的企业按信用代码核对并更新；没有的登记为新企业。"),
    max_rows=5_000,
)
