"""Lots of goods: registered, stored, disinfected, tested, released when their rule is met, or rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.gate import duties, rules
from pingzhan.domain.gate.actions import common
from pingzhan.domain.gate.enums import WATCHED, GoodsClass, LotState, StepKind
from pingzhan.domain.gate.models import GoodsLot, LotStep, LotVehicle, VehicleEntry
from pingzhan.domain.gate.personal import read_words
from pingzhan.domain.gate.photographs import KIND as PHOTOS
from pingzhan.domain.gate.queries.goods import lot_rows, standing_steps
from pingzhan.domain.gate.standards import goods_rule
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from pingzhan.kernel.folding import compact

STORES = (SiteKind.WAREHOUSE, SiteKind.COLD_STORE)
LATE = timedelta(days=60)
"""How long after its arrival a lot may be registered (paper ledgers are brought in)."""
_LOCK = 0x505A474C
"""First key of the advisory lock per enterprise ('PZGL')."""


@dataclass(frozen=True, slots=True)
class LotData:
    """What is written down of a lot that has arrived. An empty code is given by the system."""

    goods_class: GoodsClass
    name: str
    origin: str
    quantity: Decimal
    measure: str = "kg"
    arrived_at: datetime | None = None
    code: str = ""
    container_no: str = ""
    seal_no: str = ""
    inspection_no: str = ""
    disinfection_no: str = ""
    storage: Site | None = None
    vehicle_ids: tuple[int, ...] = ()
    team: Team | None = None


@transaction.atomic
def register_lot(*, enterprise: Unit, data: LotData, by: Actor) -> GoodsLot:
    """Register a lot under the rule in force for its class now; that rule is kept on the lot.

    A cold-chain lot needs the container number or the inspection certificate (reference/domain.md section 7).
    Raises Refused, or Invalid with the place of the field.
    """
    rules.require_keep(by, enterprise)
    common.check_open(enterprise)
    lock_book(enterprise)
    moment = clock.now()
    lot = new_lot(enterprise, data, moment)
    checked(lot, exclude=["storage"])
    vehicles = _vehicles(enterprise, data.vehicle_ids)
    lot.save(force_insert=True)
    LotVehicle.objects.bulk_create(LotVehicle(lot=lot, vehicle=one) for one in vehicles)
    _step(lot, StepKind.ARRIVED, at=lot.arrived_at, by=by, team=data.team)
    if lot.storage is not None:
        _store(lot, lot.storage, at=lot.arrived_at, by=by, team=data.team)
    duties.arrived(lot)
    duties.handled(lot, moment, by)
    record(
        "gate.lot_arrived",
        by=by,
        subject=("goods_lot", lot.pk),
        unit_path=enterprise.path,
        body={"class": lot.goods_class, "days": lot.rule_days, "vehicles": len(vehicles)},
    )
    return lot


def lock_book(enterprise: Unit) -> None:
    """Wait for other registrations of this enterprise and keep them out until the commit.

    Taken first by whoever registers several: he holds the trail from his first record on, and somebody who wrote
    the code he comes to next would wait for the trail while he waits for the code.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, enterprise.pk % 2**31])


def new_lot(enterprise: Unit, data: LotData, moment: datetime) -> GoodsLot:
    """Return the unsaved row of a lot with the rule it falls under. Raises Invalid with the place."""
    arrived = data.arrived_at or moment
    if arrived > moment:
        raise Invalid(_("到厂时间不能晚于现在。"), place="arrived_at")
    if arrived < moment - LATE:
        raise Invalid(_("到厂时间不能早于 60 天前。"), place="arrived_at")
    if data.quantity <= 0:
        raise Invalid(_("数量应大于 0。"), place="quantity")
    check_store(enterprise, data.storage, data.goods_class)
    container = read_words(data.container_no, place="container_no").upper()
    inspection = read_words(data.inspection_no, place="inspection_no")
    if data.goods_class == GoodsClass.COLD_CHAIN and not container and not inspection:
        raise Invalid(
            _("进口冷链货物请填写集装箱号或检验检疫证明编号。"),
            place="container_no",
            hint=_("冷链追溯要求保存这些编号。"),
        )
    rule = goods_rule(enterprise, data.goods_class)
    return GoodsLot(
        enterprise=enterprise,
        code=compact(read_words(data.code, place="code")).upper() or _next_code(enterprise, arrived),
        goods_class=data.goods_class,
        name=read_words(data.name, place="name", required=_("请填写货物名称。")),
        origin=read_words(data.origin, place="origin", required=_("请填写产地或启运地。")),
        quantity=data.quantity,
        measure=read_words(data.measure, place="measure", required=_("请填写计量单位。")),
        container_no=container,
        seal_no=read_words(data.seal_no, place="seal_no").upper(),
        inspection_no=inspection,
        disinfection_no=read_words(data.disinfection_no, place="disinfection_no"),
        storage=data.storage,
        arrived_at=arrived,
        rule_days=rule.days,
        rule_disinfection=rule.disinfection,
        rule_test=rule.test,
        rule_certificate=rule.certificate,
        rule_source=rule.source,
        rule_set=rule.set_version,
        rule_at=moment,
    )


def check_store(enterprise: Unit, store: Site | None, goods_class: str) -> None:
    """Raise Invalid unless the place is a warehouse or cold store in use of this enterprise."""
    if store is None:
        return
    if store.enterprise_id != enterprise.pk or not store.active or store.kind not in STORES:
        raise Invalid(_("存放场所应是本企业在用的仓库或冷库。"), place="storage")
    if goods_class == GoodsClass.COLD_CHAIN and store.kind != SiteKind.COLD_STORE:
        raise Invalid(_("进口冷链货物应存放在冷库。"), place="storage")


def _next_code(enterprise: Unit, arrived: datetime) -> str:
    day = f"H{timezone.localtime(arrived):%y%m%d}-"
    taken = GoodsLot.objects.filter(enterprise=enterprise, code__startswith=day).values_list(
        "code", flat=True
    )
    numbers = [int(code.removeprefix(day)) for code in taken if code.removeprefix(day).isdecimal()]
    return f"{day}{max(numbers, default=0) + 1:02d}"


def _vehicles(enterprise: Unit, ids: tuple[int, ...]) -> list[VehicleEntry]:
    """Return the vehicles locked, so that none is voided while goods are registered on it. Raises Invalid."""
    named = VehicleEntry.objects.filter(pk__in=ids, enterprise=enterprise, voided_at__isnull=True)
    found = list(named.select_for_update(no_key=True).order_by("pk")) if ids else []
    if len(found) != len(set(ids)):
        raise Invalid(_("所选车辆不在本企业的车辆记录中。"), place="vehicles")
    return found


def _step(
    lot: GoodsLot,
    kind: StepKind,
    *,
    at: datetime,
    by: Actor,
    team: Team | None = None,
    site: Site | None = None,
    agent: str = "",
    report_no: str = "",
    note: str = "",
    voids: LotStep | None = None,
    photos: Sequence[bytes] = (),
) -> LotStep:
    if team is not None and team.enterprise_id != lot.enterprise_id:
        raise Invalid(_("该班组不属于这家企业。"), place="team")
    step = LotStep.objects.create(
        lot=lot,
        kind=kind,
        at=at,
        team=team,
        site=site,
        agent=agent,
        report_no=report_no,
        note=note,
        voids=voids,
        by_name=by.name,
    )
    keep_photos(PHOTOS, step.pk, lot.enterprise.path, photos)
    return step


def _store(
    lot: GoodsLot, store: Site, *, at: datetime, by: Actor, team: Team | None, photos: Sequence[bytes] = ()
) -> None:
    lot.storage = store
    if lot.state == LotState.ARRIVED:
        lot.state = LotState.QUARANTINED
    lot.save(update_fields=["storage", "state"])
    _step(lot, StepKind.STORED, at=at, by=by, team=team, site=store, photos=photos)


def lock_lot(pk: int, by: Actor) -> GoodsLot:
    """Return a lot under watch locked until commit. NotFound, Refused, or Conflict when it is done with."""
    found = (
        rules.lots_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这批货物，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.state not in WATCHED:
        raise Conflict(
            _("货物批次%(code)s%(state)s，不能再改动。")
            % {"code": found.code, "state": found.get_state_display()},
            code="lot_final",
        )
    return found


def _when(lot: GoodsLot, at: datetime | None) -> datetime:
    moment = clock.now()
    chosen = at or moment
    if not lot.arrived_at <= chosen <= moment:
        raise Invalid(_("办理时间应在到厂之后、现在之前。"), place="at")
    return chosen


@transaction.atomic
def store_lot(
    *,
    lot_id: int,
    store: Site,
    by: Actor,
    at: datetime | None = None,
    team: Team | None = None,
    photos: Sequence[bytes] = (),
) -> GoodsLot:
    """Note where a lot is put to lie still, with photographs (JPEG or PNG) of it."""
    lot = lock_lot(lot_id, by)
    check_store(lot.enterprise, store, lot.goods_class)
    _store(lot, store, at=_when(lot, at), by=by, team=team, photos=photos)
    return _noted(lot, "gate.lot_stored", by)


@transaction.atomic
def disinfect_lot(
    *,
    lot_id: int,
    agent: str,
    by: Actor,
    at: datetime | None = None,
    team: Team | None = None,
    note: str = "",
    photos: Sequence[bytes] = (),
) -> GoodsLot:
    """Note that a lot was disinfected, with what, and by which team, with photographs (JPEG or PNG) of it."""
    lot = lock_lot(lot_id, by)
    agent = read_words(agent, place="agent", required=_("请填写消毒剂和浓度。"))
    _step(
        lot,
        StepKind.DISINFECTED,
        at=_when(lot, at),
        by=by,
        team=team,
        agent=agent,
        note=read_words(note, place="note"),
        photos=photos,
    )
    lot.state = LotState.DISINFECTED
    lot.save(update_fields=["state"])
    return _noted(lot, "gate.lot_disinfected", by)


@transaction.atomic
def note_test(
    *,
    lot_id: int,
    report_no: str,
    negative: bool,
    by: Actor,
    at: datetime | None = None,
    photos: Sequence[bytes] = (),
) -> GoodsLot:
    """Note a test report of a lot, with photographs (JPEG or PNG) of it."""
    lot = lock_lot(lot_id, by)
    number = read_words(report_no, place="report_no", required=_("请填写检测报告编号。"))
    kind = StepKind.TEST_NEGATIVE if negative else StepKind.TEST_POSITIVE
    _step(lot, kind, at=_when(lot, at), by=by, report_no=number, photos=photos)
    return _noted(lot, "gate.lot_tested", by, negative=negative)


@transaction.atomic
def certify_lot(*, lot_id: int, by: Actor, inspection_no: str = "", disinfection_no: str = "") -> GoodsLot:
    """Add the numbers of certificates to a lot; an empty one leaves what is there."""
    lot = lock_lot(lot_id, by)
    inspection = read_words(inspection_no, place="inspection_no")
    disinfection = read_words(disinfection_no, place="disinfection_no")
    if not inspection and not disinfection:
        raise Invalid(_("请至少填写一个证明编号。"), place="inspection_no")
    lot.inspection_no = inspection or lot.inspection_no
    lot.disinfection_no = disinfection or lot.disinfection_no
    lot.save(update_fields=["inspection_no", "disinfection_no"])
    _step(lot, StepKind.CERTIFIED, at=clock.now(), by=by, report_no=inspection or disinfection)
    return _noted(lot, "gate.lot_certified", by)


@transaction.atomic
def void_step(*, step_id: int, by: Actor, note: str, lot_id: int | None = None) -> GoodsLot:
    """Void a disinfection or a test that was noted wrongly, with the reason; it counts no more.

    NotFound also when ``lot_id`` is given and the step is one of another lot.
    """
    step = standing_steps().filter(pk=step_id).first()
    if step is None or (lot_id is not None and step.lot_id != lot_id):
        raise NotFound(_("没有这项记录，或已经作废。"))
    lot = lock_lot(step.lot_id, by)
    if not standing_steps().filter(pk=step_id).exists():
        raise Conflict(_("这项记录已经作废。"), code="voided")
    if step.kind not in (StepKind.DISINFECTED, StepKind.TEST_NEGATIVE, StepKind.TEST_POSITIVE):
        raise Invalid(_("只有消毒和检测记录可以作废。"))
    reason = read_words(note, place="note", required=_("请写明作废的原因。"))
    _step(lot, StepKind.VOIDED, at=clock.now(), by=by, note=reason, voids=step)
    if step.kind == StepKind.DISINFECTED and not (
        standing_steps().filter(lot=lot, kind=StepKind.DISINFECTED).exists()
    ):
        lot.state = LotState.QUARANTINED
        lot.save(update_fields=["state"])
    return _noted(lot, "gate.lot_step_voided", by, step=step.pk)


@transaction.atomic
def adopt_rule(*, lot_id: int, by: Actor) -> GoodsLot:
    """Put a lot under watch under the rule in force now, as a whole; the former one stays in its history.

    Conflict when it is under that rule already.
    """
    lot = lock_lot(lot_id, by)
    rule = goods_rule(lot.enterprise, GoodsClass(lot.goods_class))
    before = (
        lot.rule_days,
        lot.rule_disinfection,
        lot.rule_test,
        lot.rule_certificate,
        lot.rule_source,
        lot.rule_set,
    )
    after = (rule.days, rule.disinfection, rule.test, rule.certificate, rule.source, rule.set_version)
    if before == after:
        raise Conflict(_("这批货物适用的就是现行规定。"), code="same_rule")
    old_days = lot.rule_days
    lot.rule_days, lot.rule_disinfection, lot.rule_test, lot.rule_certificate = after[:4]
    lot.rule_source, lot.rule_set, lot.rule_at = rule.source, rule.set_version, clock.now()
    lot.save()
    _step(lot, StepKind.RULE, at=clock.now(), by=by, note=rule.source)
    return _noted(lot, "gate.lot_rule", by, before=old_days, after=rule.days)


@transaction.atomic
def release_lot(*, lot_id: int, by: Actor, team: Team | None = None) -> GoodsLot:
    """Let a lot into the plant. Conflict with everything that still stands against it; the database agrees."""
    lot = lock_lot(lot_id, by)
    moment = clock.now()
    (row,) = lot_rows([lot], moment)
    if row.hindrances:
        raise Conflict(
            _("货物批次%(code)s还不能放行。") % {"code": lot.code},
            hint="".join(row.hindrances),
            code="lot_not_ready",
            place=lot.code,
        )
    lot.state, lot.released_at = LotState.RELEASED, moment
    lot.save(update_fields=["state", "released_at"])
    _step(lot, StepKind.RELEASED, at=moment, by=by, team=team)
    return _noted(lot, "gate.lot_released", by, days=lot.rule_days)


@transaction.atomic
def reject_lot(*, lot_id: int, note: str, by: Actor) -> GoodsLot:
    """Refuse a lot for good (退运或销毁), with the reason."""
    lot = lock_lot(lot_id, by)
    reason = read_words(note, place="note", required=_("请写明拒收的原因和去向。"))
    return _finish(lot, LotState.REJECTED, reason, by)


@transaction.atomic
def withdraw_lot(*, lot_id: int, note: str, by: Actor) -> GoodsLot:
    """Mark a lot that was registered by mistake; it is kept, and its code may be used again."""
    lot = lock_lot(lot_id, by)
    reason = read_words(note, place="note", required=_("请写明登记有误的原因。"))
    return _finish(lot, LotState.WITHDRAWN, reason, by)


def _finish(lot: GoodsLot, state: LotState, note: str, by: Actor) -> GoodsLot:
    lot.state = state
    lot.save(update_fields=["state"])
    _step(lot, StepKind(state.value), at=clock.now(), by=by, note=note)
    return _noted(lot, f"gate.lot_{state.value}", by)


def _noted(lot: GoodsLot, verb: str, by: Actor, **body: object) -> GoodsLot:
    duties.handled(lot, clock.now(), by)
    record(verb, by=by, subject=("goods_lot", lot.pk), unit_path=lot.enterprise.path, body=body)
    return lot
