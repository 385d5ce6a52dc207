"""The import of lots of goods: new ones registered, certificates added, and released where their rule is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.gate.actions import lots
from pingzhan.domain.gate.enums import WATCHED, GoodsClass
from pingzhan.domain.gate.models import GoodsLot
from pingzhan.domain.gate.queries.goods import LotRow, lot_rows
from pingzhan.domain.territory.api import LEDGER_FIRMS, enterprise_of
from pingzhan.domain.territory.models import Site, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.imports.spec import (
    Column,
    Context,
    ImportSpec,
    Judged,
    Kind,
    Outcome,
    Row,
    Verdict,
)
from pingzhan.foundation.imports.texts import told
from pingzhan.kernel.errors import Conflict, Invalid

COLUMNS = (
    Column(
        "code", gettext_lazy("批号"), Kind.CODE, required=True, width=16, example="H260301-01", max_length=30
    ),
    Column(
        "goods_class",
        gettext_lazy("货物类别"),
        Kind.CHOICE,
        required=True,
        width=14,
        choices=tuple(GoodsClass.choices),
        note=gettext_lazy("登记后不能更改。"),
    ),
    Column("name", gettext_lazy("货物名称"), required=True, width=18, max_length=60),
    Column(
        "origin",
        gettext_lazy("产地或启运地"),
        required=True,
        width=16,
        aliases=("产地", "启运地"),
        max_length=60,
    ),
    Column("quantity", gettext_lazy("数量"), Kind.DECIMAL, required=True, width=10),
    Column("measure", gettext_lazy("计量单位"), width=10, example="kg", max_length=10),
    Column("arrived", gettext_lazy("到厂日期"), Kind.DATE, required=True, width=12),
    Column(
        "arrived_time",
        gettext_lazy("到厂时刻"),
        Kind.TIME,
        width=10,
        example="08:30",
        note=gettext_lazy(
            "不填的，静置从当天最后时刻算起；登记时已到厂超过 24 小时的，从登记前 24 小时算起。"
        ),
    ),
    Column(
        "storage",
        gettext_lazy("存放场所"),
        Kind.CODE,
        width=12,
        note=gettext_lazy("本企业仓库或冷库的编号。"),
        max_length=20,
    ),
    Column("container_no", gettext_lazy("集装箱号"), Kind.CODE, width=16, max_length=20),
    Column("seal_no", gettext_lazy("铅封号"), Kind.CODE, width=14, max_length=20),
    Column("inspection_no", gettext_lazy("检验检疫证明编号"), width=20, max_length=40),
    Column("disinfection_no", gettext_lazy("消毒证明编号"), width=18, max_length=40),
    Column(
        "release",
        gettext_lazy("放行"),
        Kind.BOOLEAN,
        width=8,
        note=gettext_lazy("已登记的批次填“是”即放行；静置、消毒、证明、检测不齐的不予放行。"),
    ),
)
_CERTIFICATES = ("inspection_no", "disinfection_no")


@dataclass(frozen=True, slots=True)
class _Plan:
    data: lots.LotData | None = None
    lot_id: int = 0
    certificates: dict[str, str] | None = None
    release: bool = False


def prepare(rows: Sequence[Row], ctx: Context) -> list[Verdict]:
    """Compare the rows with the lots of the enterprise. Three queries for the batch, and one per new rule."""
    unit, moment = enterprise_of(ctx), clock.now()
    stored = GoodsLot.objects.filter(enterprise=unit, code__in=[row.values["code"] for row in rows]).exclude(
        state="withdrawn"
    )
    if ctx.storing:
        stored = stored.select_for_update(no_key=True)
    known = {row.lot.code: row for row in lot_rows(stored.order_by("pk"), moment)}
    stores = {
        site.code: site for site in Site.objects.filter(enterprise=unit, active=True, kind__in=lots.STORES)
    }
    return [
        _known(row, known[row.values["code"]], ctx)
        if row.values["code"] in known
        else _new(row, unit, stores, moment)
        for row in rows
    ]


def _arrival(day: date, clock: time | None, moment: datetime) -> datetime:
    """Return when a lot arrived; without a time of day the last minute it can have been."""
    if clock is not None:
        return timezone.make_aware(datetime.combine(day, clock))
    first, last = (timezone.make_aware(datetime.combine(day, one)) for one in (time.min, time(23, 59)))
    return max(first, min(last, moment))


def _new(row: Row, unit: Unit, stores: dict[str, Site], moment: datetime) -> Verdict:
    values = row.values
    if values["release"]:
        return Verdict.refused("release", _("新登记的批次不能同时放行，请先登记，再办理消毒等手续。"))
    store = stores.get(values["storage"] or "")
    if values["storage"] and store is None:
        return Verdict.refused(
            "storage", _("本企业没有编号为%(code)s的仓库或冷库。") % {"code": values["storage"]}
        )
    arrived = _arrival(values["arrived"], values["arrived_time"], moment)
    data = lots.LotData(
        goods_class=GoodsClass(values["goods_class"]),
        name=values["name"],
        origin=values["origin"],
        quantity=values["quantity"],
        measure=values["measure"] or "kg",
        arrived_at=arrived,
        code=values["code"],
        container_no=values["container_no"] or "",
        seal_no=values["seal_no"] or "",
        inspection_no=values["inspection_no"] or "",
        disinfection_no=values["disinfection_no"] or "",
        storage=store,
    )
    try:
        lots.new_lot(unit, data, moment)
    except Invalid as error:
        place = {"arrived_at": "arrived"}.get(error.place, error.place)
        return Verdict.refused(place if place in values else "", told(error))
    return Verdict(Outcome.NEW, carry=_Plan(data=data))


def _known(row: Row, stored: LotRow, ctx: Context) -> Verdict:
    values, lot = row.values, stored.lot
    if values["goods_class"] != lot.goods_class:
        return Verdict.refused(
            "goods_class", _("这个批号已登记为%(kind)s。") % {"kind": lot.get_goods_class_display()}
        )
    if values["arrived"] != clock.day_of(lot.arrived_at):
        return Verdict.refused(
            "arrived",
            _("这个批号登记的到厂日期是 %(day)s，登记后不能更改。")
            % {"day": clock.day_of(lot.arrived_at).isoformat()},
        )
    changes = {
        key: (getattr(lot, key), values[key])
        for key in _CERTIFICATES
        if key not in ctx.absent and values[key] and values[key] != getattr(lot, key)
    }
    final = lot.state not in WATCHED
    if final and (changes or (values["release"] and lot.state != "released")):
        return Verdict.refused(
            "code", _("这批货物%(state)s，不能再改动。") % {"state": lot.get_state_display()}
        )
    release = bool(values["release"]) and not final
    if release:
        missing = stored.hindrances
        if "inspection_no" in changes:
            missing = [words for words in missing if words != _("还没有检验检疫证明编号。")]
        if missing:
            return Verdict.refused("release", "".join(missing))
        changes["release"] = (lot.get_state_display(), _("已放行"))
    if not changes:
        return Verdict(Outcome.SAME)
    certificates = {key: after for key, (_before, after) in changes.items() if key in _CERTIFICATES}
    return Verdict(
        Outcome.CHANGED,
        changes=changes,
        carry=_Plan(lot_id=lot.pk, certificates=certificates, release=release),
    )


def store(judged: Sequence[Judged], ctx: Context) -> None:
    """Carry out the rows that were chosen by the same actions as the pages; a release is judged once more."""
    unit = enterprise_of(ctx)
    lots.lock_book(unit)
    for one in judged:
        plan: _Plan = one.verdict.carry
        if plan.data is not None:
            lots.register_lot(enterprise=unit, data=plan.data, by=ctx.by)
            continue
        if plan.certificates:
            lots.certify_lot(lot_id=plan.lot_id, by=ctx.by, **plan.certificates)
        if plan.release:
            try:
                lots.release_lot(lot_id=plan.lot_id, by=ctx.by)
            except Conflict as error:
                # Judged ready a moment ago under a lock: nothing but a fault leads here, and it must not pass.
                raise AssertionError(error.hint) from error


LOTS = ImportSpec(
    key="gate.lots",
    title=gettext_lazy("货物批次"),
    columns=COLUMNS,
    natural_key=("code",),
    may=LEDGER_FIRMS.may_fill,
    scopes=LEDGER_FIRMS.scopes,
    prepare=prepare,
    store=store,
    done_url=lambda scope: "/day/goods/",
    note=gettext_lazy(
        "按批号核对。已登记的批次只补登证明编号或放行，其他内容不改。"
        "登记时已到厂超过 24 小时的，静置从登记前 24 小时算起。"
    ),
    max_rows=5_000,
)
