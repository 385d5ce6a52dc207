"""Areas by spreadsheet: in, out and in again; what a file does not say stays; wrong cells; who may."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pingzhan.domain.sanitation.enums import Agent, AreaKind
from pingzhan.domain.sanitation.models import Area
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import NotFound
from tests.domain.people.crowd import Firm, Park
from tests.domain.premises.sheets import again, out, places, sent, told
from tests.domain.sanitation.conftest import area
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import send, store, xlsx

KEY = "sanitation.areas"
YES, NO = "\u662f", "\u5426"


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def row(name: str, **cells: Any) -> list[Any]:
    keys = (
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
    values = {"name": name, "kind": AreaKind.WORKSHOP.label, **dict.fromkeys(keys, ""), "retires": ""}
    return list({**values, **cells}.values())


def test_in_and_out_again(mill: Firm, forge: Firm, clerk: Actor) -> None:
    area(mill, "A", own_times=(time(10), time(15, 30)), air_minutes=45)
    area(mill, "B", kind=AreaKind.WORKSHOP, is_key=False, site=mill.room)
    area(mill, "Z")
    area(forge, "F")
    job = sent(
        clerk,
        KEY,
        [
            row("B", site="d1-101", strength=1000),
            row("C", own_times="15:30\u300110:00", agent=Agent.ALCOHOL.label, strength=75, airs=NO),
            row("D", kind=AreaKind.LIFT.label, agent=Agent.ULTRAVIOLET.label),
            row("Z", retires=YES),
        ],
    )
    assert told(job) == (2, 2, 0, 0)
    job = store(clerk, job)
    assert (job.stored_new, job.stored_changed, job.refused) == (2, 2, 0)
    lift, shop = Area.objects.get(name="D"), Area.objects.get(name="C")
    assert (lift.is_key, lift.airs, lift.strength) == (True, False, None)
    assert (shop.own_times, shop.airs, shop.is_key) == ([time(10), time(15, 30)], False, False)
    assert Area.objects.get(name="B").strength == Decimal(1000)
    assert [line[0] for line in sorted(out(clerk, KEY))] == ["A", "B", "C", "D"]
    assert again(clerk, KEY) == (0, 0, 4, 0)


def test_a_column_that_is_not_there_says_nothing(mill: Firm, clerk: Actor) -> None:
    made = area(mill, "A", own_times=(time(10),), air_minutes=45, site=mill.room)
    head, line = ["\u533a\u57df\u540d\u79f0", "\u7c7b\u522b"], ["A", str(AreaKind.TOILET.label)]
    job = send(clerk, xlsx([head, line]), name="t.xlsx", key=KEY, scope="P1")
    assert told(job) == (0, 0, 1, 0)
    line[1] = str(AreaKind.OFFICE.label)
    job = store(clerk, send(clerk, xlsx([head, line]), name="t.xlsx", key=KEY, scope="P1"))
    made.refresh_from_db()
    assert (job.stored_changed, made.kind, made.own_times) == (1, "office", [time(10)])
    assert (made.air_minutes, made.site_id, made.is_key) == (45, mill.room.pk, True)


def test_wrong_cells_are_refused_where_they_are(mill: Firm, forge: Firm, clerk: Actor) -> None:
    job = sent(
        clerk,
        KEY,
        [
            row("A"),
            row(""),
            row("C", kind="x"),
            row("D", site="W9"),
            row("E", own_times="25:00"),
            row("F", air_minutes=999),
            row("G", strength=1),
            row("H", retires=YES),
            row("I", own_times=" ".join(f"{n:02d}:00" for n in range(9))),
        ],
    )
    assert told(job) == (1, 0, 0, 8)
    name, kind, site = "\u533a\u57df\u540d\u79f0", "\u7c7b\u522b", "\u573a\u6240\u7f16\u53f7"
    own, minutes = "\u53e6\u52a0\u7684\u6d88\u6740\u65f6\u523b", "\u8ba1\u5212\u901a\u98ce\u5206\u949f"
    strength, retires = "\u5e38\u7528\u6d53\u5ea6", "\u505c\u7528"
    titles = [name, kind, site, own, minutes, strength, retires, own]
    assert places(job) == list(enumerate(titles, start=3))
    job = store(clerk, job)
    assert (job.total, job.stored_new, job.refused) == (9, 1, 8)
    assert Area.objects.count() == 1


@pytest.mark.parametrize("role", [one for one in Role if one not in roles_with(Permission.KEEP_LEDGERS)])
def test_who_may_not_import(park: Park, mill: Firm, role: Role) -> None:
    with pytest.raises(NotFound):
        sent(actor_with(role, path=park.zone.path), KEY, [row("A")])
