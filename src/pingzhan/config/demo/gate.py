"""The gates of the demo zone: a week of visitors and vehicles, appointments, meetings, goods in each state."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from pingzhan.config.demo.names import name_of, phone_of
from pingzhan.domain.gate import api as gate
from pingzhan.domain.gate.enums import CodeState, GoodsClass, TravelState, VehiclePurpose, VisitReason
from pingzhan.domain.gate.models import VehicleEntry, Visit
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Enterprise, Site, Team, Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor

Kept = tuple[str, str, GoodsClass, float, str]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SALT = 7_000_009
HOSTS = ("采购部", "设备科", "人事部", "销售部", "二车间", "办公室")
FROM = ("青溪县", "石塘县", "南屏市", "梅湾港")
KEY_REGION = "石塘县"
"""On the demo's list of key regions: the enterprise was told of whoever comes from there."""
CARGO = ("钢材", "包装箱", "轴承", "原料", "成品")
#: name, origin, class, days since arrival, how far it came
LOTS = (
    ("冻鳕鱼", "北方某国", GoodsClass.COLD_CHAIN, 6, "disinfected"),
    ("橡胶", "南洋", GoodsClass.IMPORTED, 3, "stored"),
    ("木浆", "北方某国", GoodsClass.IMPORTED, 0.8, "arrived"),
    ("纸箱", "石塘县", GoodsClass.DOMESTIC, 2, "released"),
    ("铜材", "南洋", GoodsClass.IMPORTED, 9, "rejected"),
)
#: The same of lots that came before the zone put its measures in force, so no number of days was asked of them.
EARLIER = (
    ("冻虾仁", "南方某国", GoodsClass.COLD_CHAIN, 16, "released"),
    ("生胶", "南洋", GoodsClass.IMPORTED, 13, "disinfected"),
)


def demo_goods(zone: Unit, by: Actor) -> None:
    """Register the lots that came before any measures; called before those are put in force."""
    for unit in _traders(zone):
        _lots(unit, by, EARLIER, first=0)


def demo_gate(zone: Unit, by: Actor) -> None:
    """Fill the gates of the first three enterprises and the goods of those that take imported ones."""
    rng = Random(41)
    firms = _firms(zone)
    for unit in _traders(zone):
        _lots(unit, by, LOTS, first=len(EARLIER))
    for n, unit in enumerate(firms):
        _visitors(unit, rng, by, first=n * 100)
        _vehicles(unit, rng, by, first=n * 100)
        _ahead(unit, by)


def _firms(zone: Unit) -> list[Unit]:
    return list(
        Unit.objects.filter(enterprise__isnull=False, path__startswith=zone.path).order_by("code")[:3]
    )


def _traders(zone: Unit) -> list[Unit]:
    """Return the first enterprise, whose contact is the demo's, and three that take imported goods."""
    files = Enterprise.objects.filter(unit__path__startswith=zone.path, imported_goods=True)
    taking = [one.unit for one in files.select_related("unit").order_by("-cold_chain", "unit__code")[:3]]
    mine = _firms(zone)[0]
    return [mine, *(unit for unit in taking if unit != mine)]


def _visitors(unit: Unit, rng: Random, by: Actor, *, first: int) -> None:
    now = clock.now()
    for n in range(10):
        done = gate.admit_visitor(
            enterprise=unit,
            arrival=gate.Arrival(
                name=name_of(rng, male=n % 2 == 0),
                host=HOSTS[n % len(HOSTS)],
                phone=phone_of(first + n, salt=SALT),
                reason=list(VisitReason)[n % 5],
                persons=1 + n % 3,
                # Kept only where the measures in force ask for them.
                temperature=Decimal("36.4"),
                health_code=CodeState.GREEN,
                travel_code=TravelState.CLEAR,
            ),
            by=by,
        )
        assert done.visit is not None
        # The last three are still inside, one of them since yesterday.
        came = now - n * DAY * 0.8 - HOUR
        left: datetime | None = came + HOUR
        if n in (0, 1):
            left = None
        elif n == 2:
            came, left = now - DAY, None
        Visit.objects.filter(pk=done.visit.pk).update(
            t_in=came, t_out=left, due_out=came + 10 * HOUR, out_by=by.name if left else ""
        )


def _vehicles(unit: Unit, rng: Random, by: Actor, *, first: int) -> None:
    now = clock.now()
    for n in range(7):
        done = gate.admit_vehicle(
            enterprise=unit,
            truck=gate.Truck(
                plate=f"鲁M{(first * 37 + n * 1237) % 90_000 + 10_000}",
                driver=name_of(rng, male=True),
                phone=phone_of(first + 50 + n, salt=SALT),
                origin=FROM[n % len(FROM)],
                cargo=CARGO[n % len(CARGO)],
                purpose=VehiclePurpose.COLLECT if n % 3 == 2 else VehiclePurpose.DELIVER,
                disinfected=n != 1,
                region_told=FROM[n % len(FROM)] == KEY_REGION,
            ),
            by=by,
        )
        assert done.entry is not None
        came = now - n * DAY - HOUR / 2
        VehicleEntry.objects.filter(pk=done.entry.pk).update(
            t_in=came, t_out=came + HOUR if n > 1 else None, out_by=by.name if n > 1 else ""
        )


def _ahead(unit: Unit, by: Actor) -> None:
    now = clock.now()
    for name, host, hours in (("危素秋", "设备科", 1), ("谯明远", "采购部", 26)):
        gate.invite(
            enterprise=unit,
            invitation=gate.Invitation(
                name=name, host=host, t0=now + (hours - 2) * HOUR, t1=now + (hours + 2) * HOUR
            ),
            by=by,
        )
    for topic, persons, online, ago in (("班组长例会", 12, False, 1), ("安全月总结", 60, True, 3)):
        gate.hold_meeting(
            enterprise=unit, data=gate.MeetingData(topic, now - ago * DAY, persons, online), by=by
        )
    gate.permit(enterprise=unit, plate="鲁M10088", purpose="食堂送菜", by=by)


def _lots(unit: Unit, by: Actor, lots: tuple[Kept, ...], *, first: int) -> None:
    now = clock.now()
    cold = Site.objects.filter(enterprise=unit, kind=SiteKind.COLD_STORE, active=True).first()
    plain = Site.objects.filter(enterprise=unit, kind=SiteKind.WAREHOUSE, active=True).first()
    team = Team.objects.filter(enterprise=unit, active=True).order_by("name").first()
    for n, (name, origin, kind, days, state) in enumerate(lots, first):
        store = cold if kind == GoodsClass.COLD_CHAIN else plain
        if kind == GoodsClass.COLD_CHAIN and cold is None:
            continue
        lot = gate.register_lot(
            enterprise=unit,
            data=gate.LotData(
                kind,
                name,
                origin,
                Decimal(1200 + 300 * n),
                arrived_at=now - days * DAY,
                container_no=f"YLPU{100 + n}2345" if kind != GoodsClass.DOMESTIC else "",
                inspection_no=f"云检{2600 + n}" if n % 2 == 0 or state == "disinfected" else "",
                storage=store if state != "arrived" else None,
                team=team,
            ),
            by=by,
        )
        if state in ("disinfected", "released") and kind != GoodsClass.DOMESTIC:
            gate.disinfect_lot(
                lot_id=lot.pk, agent="次氯酸消毒液 500 mg/L", at=now - (days - 1) * DAY, team=team, by=by
            )
            gate.note_test(lot_id=lot.pk, report_no=f"R26{n:03}", negative=True, at=now - HOUR, by=by)
        if state == "rejected":
            gate.reject_lot(lot_id=lot.pk, note="外包装破损，退运", by=by)
        (row,) = gate.lot_rows([gate.lots_visible_to(by).get(pk=lot.pk)], now)
        if state == "released" and row.ready:
            gate.release_lot(lot_id=lot.pk, by=by, team=team)
