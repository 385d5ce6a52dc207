"""What comes and goes: earliest expiry first, never below zero, written once, reversed by a line of its own."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from pingzhan.domain.supplies import api
from pingzhan.domain.supplies.enums import Light, MoveKind
from pingzhan.domain.supplies.models import Batch, Entry, Movement
from pingzhan.domain.territory.enums import EnterpriseStatus
from pingzhan.domain.territory.models import Enterprise
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, Park, acting
from tests.domain.supplies.shelf import days, fill, out, put, slip, stock, there


def test_what_expires_first_goes_first_and_what_keeps_goes_last(mill: Firm) -> None:
    put(mill, "mask", 50, code="KEEPS")
    put(mill, "mask", 100, code="LATE", expires=90)
    put(mill, "mask", 30, code="SOON", expires=10)
    out(mill, "mask", 60)
    assert there(mill, "mask") == {"KEEPS": 50, "LATE": 70, "SOON": 0}
    out(mill, "mask", 100)
    assert there(mill, "mask") == {"KEEPS": 20, "LATE": 0, "SOON": 0}


def expire(firm: Firm, article: str, amount: int, code: str = "OLD") -> Batch:
    """A batch that was good when it came in and is past its date now."""
    put(firm, article, amount, code=code, expires=-2, day=-3)
    return Batch.objects.get(enterprise=firm.unit, article=article, code=code)


def test_what_is_past_its_date_is_only_discarded(mill: Firm) -> None:
    expire(mill, "mask", 40)
    put(mill, "mask", 10, code="NEW", expires=90)
    with pytest.raises(Conflict) as caught:
        out(mill, "mask", 11)
    assert "10" in caught.value.message
    assert "40" in caught.value.hint
    out(mill, "mask", 10)
    with pytest.raises(Conflict):
        out(mill, "mask", 1, kind=MoveKind.LENT, party="\u90bb\u5382")
    assert stock(mill, "mask").expired == 40
    out(mill, "mask", 40, kind=MoveKind.DISCARDED, note="\u8fc7\u671f")
    assert there(mill, "mask") == {"OLD": 0, "NEW": 0}


def test_a_batch_can_be_named(mill: Firm) -> None:
    put(mill, "suit", 5, code="A", expires=20)
    put(mill, "suit", 5, code="B", expires=40)
    second = Batch.objects.get(code="B")
    order: dict[str, Any] = {
        "enterprise": mill.unit,
        "kind": MoveKind.DISCARDED,
        "article": "suit",
        "by": mill.contact,
    }
    api.take(**order, amount=2, slip=slip(note="\u7834\u635f"), batch_id=second.pk)
    assert there(mill, "suit") == {"A": 5, "B": 3}
    with pytest.raises(Conflict):
        api.take(**order, amount=4, slip=slip(note="\u7834\u635f"), batch_id=second.pk)
    with pytest.raises(Invalid):
        api.take(**order, amount=1, slip=slip(note="\u7834\u635f"), batch_id=10**9)


def test_the_same_form_is_written_once(mill: Firm) -> None:
    form = slip()
    receipts = [api.Receipt("mask", 10)]
    first = api.receive(enterprise=mill.unit, receipts=receipts, slip=form, by=mill.contact)
    again = api.receive(enterprise=mill.unit, receipts=receipts, slip=form, by=mill.contact)
    assert first == again
    taking = slip()
    for _n in range(2):
        api.take(
            enterprise=mill.unit, kind=MoveKind.USED, article="mask", amount=4, slip=taking, by=mill.contact
        )
    assert there(mill, "mask") == {"": 6}


def test_a_reversal_is_a_line_of_its_own(mill: Firm) -> None:
    came = put(mill, "mask", 10)
    gone = out(mill, "mask", 4)
    with pytest.raises(Conflict, match="\u5e93\u5b58\u4e0d\u591f"):
        api.reverse(entry_id=came.pk, reason="\u8bb0\u9519", key=uuid4(), by=mill.contact)
    with pytest.raises(Invalid):
        api.reverse(entry_id=gone.pk, reason=" ", key=uuid4(), by=mill.contact)
    key = uuid4()
    made = api.reverse(entry_id=gone.pk, reason="\u8bb0\u9519", key=key, by=mill.contact)
    assert api.reverse(entry_id=gone.pk, reason="\u8bb0\u9519", key=key, by=mill.contact) == made
    assert there(mill, "mask") == {"": 10}
    for pk in (gone.pk, made.pk):
        with pytest.raises(Conflict):
            api.reverse(entry_id=pk, reason="\u8bb0\u9519", key=uuid4(), by=mill.contact)
    api.reverse(entry_id=came.pk, reason="\u8bb0\u9519", key=uuid4(), by=mill.contact)
    assert there(mill, "mask") == {"": 0}
    assert Entry.objects.count() == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", -3),
        ("amount", 10_000_001),
        ("article", "gold"),
        ("article", ""),
        ("code", "X" * 41),
        ("expires", -1),
        ("expires", 365 * 30),
    ],
)
def test_what_is_no_receipt(mill: Firm, field: str, value: Any) -> None:
    words: dict[str, Any] = {"article": "mask", "amount": 5}
    words[field] = days(value) if field == "expires" else value
    with pytest.raises(Invalid) as caught:
        api.receive(enterprise=mill.unit, receipts=[api.Receipt(**words)], slip=slip(), by=mill.contact)
    assert caught.value.place == field
    assert not Movement.objects.exists()


def test_when_and_why_are_asked_for(mill: Firm) -> None:
    put(mill, "mask", 10)
    for more, place in (
        ({"day": 1}, "day"),
        ({"day": -61}, "day"),
        ({"kind": MoveKind.DISCARDED}, "note"),
        ({"kind": MoveKind.LENT}, "party"),
        ({"note": "x" * 121}, "note"),
        ({"kind": MoveKind.COUNTED}, "kind"),
        ({"kind": MoveKind.RECEIVED}, "kind"),
    ):
        with pytest.raises(Invalid) as caught:
            out(mill, "mask", 1, **more)
        assert caught.value.place == place
    for kind in (MoveKind.USED, MoveKind.COUNTED):
        with pytest.raises(Invalid):
            api.receive(
                enterprise=mill.unit,
                receipts=[api.Receipt("mask", 1)],
                slip=slip(),
                kind=kind,
                by=mill.contact,
            )
    with pytest.raises(Invalid):
        api.receive(enterprise=mill.unit, receipts=[], slip=slip(), by=mill.contact)


def test_who_may_not_write_in_the_book(park: Park, mill: Firm, forge: Firm) -> None:
    came = put(mill, "mask", 10)
    others = [
        acting(role, path)
        for role, path in (
            (Role.COMPANY, forge.unit.path),
            (Role.OFFICIAL, park.zone.path),
            (Role.DUTY_OFFICER, park.zone.path),
            (Role.GATE_GUARD, mill.unit.path),
            (Role.AUDITOR, "/"),
            (Role.SYSTEM_ADMIN, "/"),
        )
    ]
    for by in others:
        acts: list[tuple[type[DomainError] | tuple[type[DomainError], ...], Any]] = [
            (
                Refused,
                lambda by=by: api.receive(
                    enterprise=mill.unit, receipts=[api.Receipt("mask", 1)], slip=slip(), by=by
                ),
            ),
            (
                Refused,
                lambda by=by: api.take(
                    enterprise=mill.unit, kind=MoveKind.USED, article="mask", amount=1, slip=slip(), by=by
                ),
            ),
            (Refused, lambda by=by: api.count(enterprise=mill.unit, counted=[], key=uuid4(), by=by)),
            (Refused, lambda by=by: api.find_same(enterprise=mill.unit, by=by)),
            (Refused, lambda by=by: api.draft(enterprise=mill.unit, by=by)),
            (
                (Refused, NotFound),
                lambda by=by: api.reverse(entry_id=came.pk, reason="\u8bd5", key=uuid4(), by=by),
            ),
        ]
        for error, act in acts:
            with pytest.raises(error):
                act()
    assert there(mill, "mask") == {"": 10}


def test_a_closed_enterprise_keeps_no_book(mill: Firm) -> None:
    Enterprise.objects.create(
        unit=mill.unit,
        credit_code="91371621MA3C00001A",
        industry="14",
        status=EnterpriseStatus.CLOSED,
    )
    with pytest.raises(Invalid):
        put(mill, "mask", 1)


def test_the_trail_has_counts_and_no_words(mill: Firm) -> None:
    put(mill, "mask", 10)
    out(mill, "mask", 2, kind=MoveKind.LENT, party="\u90bb\u5382", note="\u79d8\u5bc6")
    bodies = (
        AuditRecord.objects.filter(verb__startswith="supplies.").order_by("pk").values_list("verb", "body")
    )
    assert [(verb, body["movements"]) for verb, body in bodies] == [
        ("supplies.received", 1),
        ("supplies.lent", 1),
    ]
    assert "\u79d8\u5bc6" not in str(list(bodies))


def sql(statement: str, *args: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, args)


def test_no_path_past_the_book(mill: Firm, forge: Firm) -> None:
    """Plain SQL is refused as well: amounts change by movements, movements are never changed, stock is not negative."""
    put(mill, "mask", 10)
    batch = Batch.objects.get()
    made = Movement.objects.get()
    for statement, args in (
        ("UPDATE supplies_batch SET amount = 99 WHERE id = %s", (batch.pk,)),
        ("UPDATE supplies_batch SET article = 'suit' WHERE id = %s", (batch.pk,)),
        ("UPDATE supplies_batch SET expires = '2099-01-01' WHERE id = %s", (batch.pk,)),
        ("DELETE FROM supplies_batch WHERE id = %s", (batch.pk,)),
        ("UPDATE supplies_movement SET delta = 1 WHERE id = %s", (made.pk,)),
        ("DELETE FROM supplies_movement WHERE id = %s", (made.pk,)),
        ("UPDATE supplies_entry SET note = 'x' WHERE id = %s", (made.entry_id,)),
        ("DELETE FROM supplies_entry WHERE id = %s", (made.entry_id,)),
        (
            "INSERT INTO supplies_batch (enterprise_id, article, code, amount) VALUES (%s, 'mask', 'Z', 5)",
            (mill.unit.pk,),
        ),
    ):
        with pytest.raises(DatabaseError):
            sql(statement, *args)
    line = (
        "INSERT INTO supplies_movement (entry_id, batch_id, enterprise_id, article, kind, reversal, delta, day)"
        " VALUES (%s, %s, %s, %s, %s, false, %s, now())"
    )
    for enterprise, article, kind, delta in (
        (mill.unit.pk, "mask", "used", -11),
        (mill.unit.pk, "mask", "used", 1),
        (mill.unit.pk, "mask", "received", -1),
        (mill.unit.pk, "mask", "used", 0),
        (forge.unit.pk, "mask", "used", -1),
        (mill.unit.pk, "suit", "used", -1),
    ):
        with pytest.raises((IntegrityError, DatabaseError)):
            sql(line, made.entry_id, batch.pk, enterprise, article, kind, delta)
    assert there(mill, "mask") == {"": 10}


def test_light_of_an_article(mill: Firm) -> None:
    assert stock(mill, "mask").light == Light.SHORT
    assert stock(mill, "test_kit").light == Light.NONE
    fill(mill)
    assert stock(mill, "mask").light == Light.OK
    expire(mill, "mask", 1)
    assert stock(mill, "mask").light == Light.EXPIRED
    assert stock(mill, "thermometer").days is None
