"""Nothing can be stored: who orders is told so, and what to do until it can (command.md section 15, case 27)."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client

from pingzhan.domain.command.models import Activation, LogLine, Seat
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn
from tests.pages.console.switch.test_switch import order_form


@pytest.fixture
def desk(world: SmallZone, sign_in: SignIn) -> Client:
    return sign_in(Role.DUTY_OFFICER)


def test_case_27_a_database_that_only_reads_refuses_visibly(world: SmallZone, desk: Client) -> None:
    fields = order_form(desk, world)
    assert desk.get("/duty/").status_code == 200
    seats = set(Seat.objects.values_list("pk", "closed_at"))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        order = desk.post("/switch/order/", fields)
        line = desk.post("/duty/log/", {"zone": str(world.zone.pk), "text": "电话报告"}, headers=HTMX)
        assert desk.get("/duty/").status_code == 200
        # Back to a database that writes.
        transaction.set_rollback(True)
    for answer in (order, line):
        assert answer.status_code == 503
        for words in ("此次操作没有保存", "按打印的通讯录和值班表", "恢复后补录"):
            assert words in answer.content.decode()
    assert line.headers["HX-Retarget"] == "#messages"
    assert not Activation.objects.exists()
    assert not LogLine.objects.exists()
    assert set(Seat.objects.values_list("pk", "closed_at")) == seats
    assert desk.post("/switch/order/", fields).status_code == 302
