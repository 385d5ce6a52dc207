"""The import of the list of key regions of a zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.returnees import rules
from pingzhan.domain.returnees.actions.regions import RegionSpec, regions_imported, store_regions
from pingzhan.domain.returnees.enums import RegionLevel
from pingzhan.domain.returnees.models import Region
from pingzhan.domain.territory.api import zones
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports.spec import (
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
from pingzhan.kernel.regions import province_of

COLUMNS = (
    Column(
        "code",
        gettext_lazy("区划代码"),
        Kind.CODE,
        required=True,
        width=14,
        example="990101",
        note=gettext_lazy("国标 GB/T 2260 的 6 位代码；街道 9 位，社区 12 位。"),
        max_length=12,
    ),
    Column(
        "name", gettext_lazy("地区"), required=True, width=28, aliases=("名称", "地区名称"), max_length=60
    ),
    Column(
        "level",
        gettext_lazy("等级"),
        Kind.CHOICE,
        required=True,
        width=12,
        choices=tuple(RegionLevel.choices),
        aliases=("风险等级",),
    ),
    Column("begin", gettext_lazy("起"), Kind.DATE, required=True, width=12, aliases=("开始日期", "起始日期")),
    Column(
        "end",
        gettext_lazy("止"),
        Kind.DATE,
        width=12,
        aliases=("结束日期",),
        note=gettext_lazy("自这一天起不再是该等级；仍在名单上的不填。"),
    ),
    Column("source", gettext_lazy("依据"), width=30, aliases=("文件", "来源"), max_length=120),
)


def _zones(actor: Actor) -> list[Unit]:
    return [zone for zone in zones() if rules.can_edit_regions(actor, zone)]


def scopes(actor: Actor) -> Sequence[Scope]:
    """Return the zones whose list the actor may change."""
    return [Scope(zone.code, zone.path, zone.name) for zone in _zones(actor)]


def may(actor: Actor, path: str) -> bool:
    """Return whether the actor may change the list of the zone with this path."""
    return any(zone.path == path for zone in _zones(actor))


def _zone(ctx: Context) -> Unit:
    zone: Unit | None = ctx.cache.get("zone")
    if zone is None:
        zone = ctx.cache["zone"] = Unit.objects.get(path=ctx.scope.path)
    return zone


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the list; one query for the batch."""
    known: dict[str, list[Region]] = {}
    stored = Region.objects.filter(zone=_zone(ctx), code__in={row.values["code"] for row in rows})
    if ctx.storing:
        stored = stored.select_for_update(no_key=True, of=("self",))
    for one in stored.order_by("pk"):
        known.setdefault(one.code, []).append(one)
    verdicts = []
    for row in rows:
        verdict = _judge(row, known.setdefault(row.values["code"], []), ctx)
        if verdict.outcome is Outcome.NEW:
            known[row.values["code"]].append(verdict.carry.row(_zone(ctx)))
        verdicts.append(verdict)
    return verdicts


def _judge(row: Row, known: Sequence[Region], ctx: Context) -> Verdict:
    values = row.values
    code, begin, end = values["code"], values["begin"], values["end"]
    if len(code) not in (6, 9, 12) or not code.isdecimal() or province_of(code) is None:
        return Verdict.refused("code", _("区划代码应为 6、9 或 12 位数字，前两位是省份。"))
    if end is not None and end <= begin:
        return Verdict.refused("end", _("结束日期应晚于开始日期。"))
    spec = RegionSpec(code, values["name"], values["level"], begin, end, values["source"] or "")
    for one in known:
        if one.begin == begin and one.level == spec.level:
            end = one.end if "end" in ctx.absent else spec.end
            source = one.source if "source" in ctx.absent else spec.source
            changes = {}
            if end != one.end:
                changes["end"] = (str(one.end or ""), str(end or ""))
            if source != one.source:
                changes["source"] = (one.source, source)
            if changes and one.pk is None:
                return Verdict.refused("code", _("表格中同一地区、同一天有两条不同的记录。"))
            return Verdict(
                Outcome.CHANGED if changes else Outcome.SAME, changes=changes, carry=(one, end, source)
            )
    for one in known:
        if (one.end is None or begin < one.end) and (end is None or one.begin < end):
            return Verdict.refused(
                "begin",
                _("这个地区自 %(day)s 起已列为%(level)s，时间重叠；请先填写原来一条的结束日期。")
                % {"day": one.begin, "level": RegionLevel(one.level).label},
            )
    return Verdict(Outcome.NEW, carry=spec)


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Write the entries that were chosen; see foundation.imports.spec."""
    store_regions(
        zone=_zone(ctx),
        new=[one.verdict.carry for one in judged if one.verdict.outcome is Outcome.NEW],
        ended=[one.verdict.carry for one in judged if one.verdict.outcome is Outcome.CHANGED],
        by=ctx.by,
    )


def finish(ctx: Context, counts: Mapping[str, int]) -> None:
    """Decide anew about open returns, once for the whole file."""
    regions_imported(zone=_zone(ctx), count=counts["new"] + counts["changed"], by=ctx.by)


REGIONS = ImportSpec(
    key="returnees.regions",
    title=gettext_lazy("重点地区名单"),
    columns=COLUMNS,
    natural_key=("code", "level", "begin"),
    may=may,
    scopes=scopes,
    prepare=prepare,
    store=store,
    finish=finish,
    done_url=lambda scope: "/regions/",
    note=gettext_lazy("按区划代码、等级和开始日期核对；导入后重新判定未办结的返岗申请。"),
    max_rows=20_000,
)
