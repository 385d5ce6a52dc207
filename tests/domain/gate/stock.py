"""Goods and visitors for tests."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from pingzhan.domain.gate import api
from pingzhan.domain.gate.enums import GoodsClass
from pingzhan.domain.gate.models import GoodsLot
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.domain.territory.models import Site
from pingzhan.foundation import clock
from tests.domain.people.crowd import Firm


def visitor(**more: Any) -> api.Arrival:
    """Somebody with a phone who wants to see somebody."""
    words = {"name": "\u53f6\u7693\u7136", "host": "\u91c7\u8d2d\u90e8", "phone": "13900002222"}
    return api.Arrival(**{**words, **more})


def store(firm: Firm, kind: SiteKind = SiteKind.COLD_STORE, code: str = "K1") -> Site:
    """A cold store of an enterprise."""
    return Site.objects.create(enterprise=firm.unit, kind=kind, code=code, name="\u4e00\u53f7\u5e93")


def on_time(made: GoodsLot) -> GoodsLot:
    """The lot as if it had been registered when it arrived: the clock of the database cannot be turned back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE gate_goodslot SET created_at = arrived_at WHERE id = %s", [made.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    made.created_at = made.arrived_at
    return made


def lot(firm: Firm, days_ago: float = 0, *, late: bool = False, **more: Any) -> GoodsLot:
    """A lot that arrived so many days ago, registered then or, if ``late``, now."""
    words: dict[str, Any] = {
        "goods_class": GoodsClass.COLD_CHAIN,
        "name": "\u51bb\u867e",
        "origin": "\u4e1c\u6e2f",
        "quantity": Decimal(500),
        "container_no": "ABCU1234567",
        "arrived_at": clock.now() - timedelta(days=days_ago, seconds=5),
    }
    made = api.register_lot(enterprise=firm.unit, data=api.LotData(**{**words, **more}), by=firm.contact)
    return made if late else on_time(made)


def made_ready(firm: Firm, days_ago: float = 11, *, late: bool = False, code: str = "K1") -> GoodsLot:
    """A lot that fulfils the strict rule of the tests, but for the days if it was registered late."""
    made = lot(firm, days_ago, late=late, storage=store(firm, code=code), inspection_no="CIQ-1")
    api.disinfect_lot(lot_id=made.pk, agent="\u6b21\u6c2f\u9178", by=firm.contact, team=firm.teams[0])
    api.note_test(lot_id=made.pk, report_no="R-1", negative=True, by=firm.contact)
    made.refresh_from_db()
    return made
