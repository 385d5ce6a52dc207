"""The other paths to a release: spreadsheet and command line ask the same rules, and so do the measures in force."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from django.utils import timezone

from pingzhan.config.cli.goods import goods
from pingzhan.domain.gate import api, standards
from pingzhan.domain.gate.enums import GoodsClass, LotState, StarRule
from pingzhan.domain.gate.importers.lots import COLUMNS
from pingzhan.domain.gate.models import GoodsLot
from pingzhan.domain.measures import api as measures
from pingzhan.domain.territory.enums import SiteKind
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports.actions import confirm, upload
from pingzhan.foundation.imports.models import ImportJob
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict
from tests.domain.gate.conftest import STRICT, Ruled
from tests.domain.gate.stock import lot, made_ready, store
from tests.domain.people.crowd import Firm, Park
from tests.factories.accounts import actor_with

KEYS = [column.key for column in COLUMNS]


def starred(enterprise: Firm, word: str | None, monkeypatch: pytest.MonkeyPatch) -> StarRule | None:
    """Return what becomes of a star when the set in force says this word of it, None for nothing at all."""
    now = measures.in_force(enterprise.unit)
    said = replace(now.parameters["visitor_star"], value=word)
    rest = {key: one for key, one in now.parameters.items() if key != "visitor_star"}
    changed = replace(now, parameters={**rest, **({"visitor_star": said} if word is not None else {})})
    monkeypatch.setattr(standards, "in_force", lambda unit: changed)
    found = standards.standard_of(enterprise.unit)
    monkeypatch.undo()
    assert found.health_checks
    return found.star


@pytest.fixture
def clerk(mill: Firm, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.COMPANY, path=mill.unit.path)


def row(made: GoodsLot, **cells: Any) -> dict[str, Any]:
    return {
        "code": made.code,
        "goods_class": made.get_goods_class_display(),
        "name": made.name,
        "origin": made.origin,
        "quantity": str(made.quantity),
        "arrived": str(timezone.localtime(made.arrived_at).date()),
        **cells,
    }


def send(by: Actor, rows: list[dict[str, Any]], *, keep: bool = True) -> ImportJob:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([str(column.title) for column in COLUMNS])
    for one in rows:
        sheet.append([one.get(key) for key in KEYS])
    file = io.BytesIO()
    book.save(file)
    job = upload(key="gate.lots", scope_code="P1", name="a.xlsx", chunks=[file.getvalue()], by=by)
    drain()
    job.refresh_from_db()
    assert job.error == ""
    if keep:
        confirm(job=job, new=True, changed=True, by=by)
        drain()
        job.refresh_from_db()
    return job


def test_an_import_releases_only_what_its_rule_allows(mill: Firm, clerk: Actor, ruled: Ruled) -> None:
    ruled(goods=STRICT)
    early, ready = lot(mill, 2), made_ready(mill)
    yes = "\u662f"
    job = send(clerk, [row(early, release=yes), row(ready, release=yes)])
    assert (job.found_changed, job.found_refused) == (1, 1)
    early.refresh_from_db()
    ready.refresh_from_db()
    assert (early.state, ready.state) == (LotState.ARRIVED, LotState.RELEASED)
    assert list(early.steps.values_list("kind", flat=True)) == ["arrived"]


def test_neither_import_nor_command_line_releases_a_lot_registered_late(
    mill: Firm, clerk: Actor, ruled: Ruled
) -> None:
    ruled(goods=STRICT)
    made = made_ready(mill, 20, late=True)
    assert send(clerk, [row(made, release="\u662f")], keep=False).found_refused == 1
    refused = CliRunner().invoke(goods, ["release", made.code, "--unit", "P1"])
    assert isinstance(refused.exception, Conflict)
    day = str(timezone.localtime(clock.now() - timedelta(days=20)).date())
    fresh = row(made, code="N-1", arrived=day, arrived_time="08:00", storage="K1", container_no="XYZU1")
    assert send(clerk, [fresh]).found_new == 1
    brought = GoodsLot.objects.get(code="N-1")
    api.disinfect_lot(lot_id=brought.pk, agent="84", by=mill.contact)
    api.certify_lot(lot_id=brought.pk, inspection_no="CIQ-2", by=mill.contact)
    api.note_test(lot_id=brought.pk, report_no="R-2", negative=True, by=mill.contact)
    assert send(clerk, [{**fresh, "release": "\u662f"}], keep=False).found_refused == 1
    for one in (made, brought):
        one.refresh_from_db()
        assert one.state == LotState.DISINFECTED
        assert one.counts_from == one.created_at - timedelta(hours=24)


def test_an_import_registers_and_certifies_but_changes_nothing_else(
    mill: Firm, clerk: Actor, ruled: Ruled
) -> None:
    ruled(goods=STRICT)
    known, cold = lot(mill, 2), store(mill)
    fresh = row(known, code="N-1", storage="K1", container_no="XYZU1")
    rows = [
        row(known, inspection_no="CIQ-9", name="\u522b\u7684"),
        fresh,
        {**fresh, "code": "N-2", "release": "\u662f"},
        {**fresh, "code": "N-3", "storage": "ZZ"},
        {**fresh, "code": "N-4", "container_no": ""},
        {**fresh, "code": "N-5", "arrived": str(timezone.localdate() + timedelta(days=2))},
    ]
    job = send(clerk, rows)
    assert (job.found_new, job.found_changed, job.found_refused) == (1, 1, 4)
    known.refresh_from_db()
    assert (known.inspection_no, known.name) == ("CIQ-9", "\u51bb\u867e")
    made = GoodsLot.objects.get(code="N-1")
    assert (made.storage, made.rule_days, made.state) == (cold, 10, LotState.QUARANTINED)
    spelt = lot(mill, 2, code="\uff28 7\uff0d1")
    assert spelt.code == "H7-1"
    again = send(clerk, [row(known), fresh], keep=False)
    assert (again.found_same, again.found_new) == (2, 0)
    other = row(known, goods_class="\u8fdb\u53e3\u975e\u51b7\u94fe")
    assert send(clerk, [other], keep=False).found_refused == 1


def test_without_a_time_of_day_a_lot_lies_still_from_the_end_of_its_day(
    mill: Firm, clerk: Actor, ruled: Ruled
) -> None:
    ruled(goods=STRICT)
    known = lot(mill, 2)
    day, today = timezone.localtime(known.arrived_at).date(), timezone.localdate()
    rows = [
        row(known, code="N-1", container_no="XYZU1", arrived_time="00:00"),
        row(known, code="N-2", container_no="XYZU1"),
        row(known, code="N-3", container_no="XYZU1", arrived=str(today)),
    ]
    assert send(clerk, rows).found_new == 3
    at = {one.code: timezone.localtime(one.arrived_at) for one in GoodsLot.objects.exclude(pk=known.pk)}
    assert (at["N-1"].date(), at["N-1"].hour) == (day, 0)
    assert (at["N-2"].date(), at["N-2"].hour, at["N-2"].minute) == (day, 23, 59)
    assert (timezone.now() - at["N-3"]).total_seconds() < 600


def test_the_command_line_releases_only_what_its_rule_allows(mill: Firm, ruled: Ruled) -> None:
    ruled(goods=STRICT)
    early, ready = lot(mill, 2), made_ready(mill)
    listed = json.loads(CliRunner().invoke(goods, ["list", "--unit", "P1", "--json"]).output)["lots"]
    assert {one["code"]: len(one["hindrances"]) for one in listed} == {early.code: 5, ready.code: 0}
    refused = CliRunner().invoke(goods, ["release", early.code, "--unit", "P1"])
    assert isinstance(refused.exception, Conflict)
    assert len(refused.exception.hint) > 20
    done = CliRunner().invoke(goods, ["release", ready.code, "--unit", "P1"])
    assert done.exit_code == 0, done.output
    early.refresh_from_db()
    ready.refresh_from_db()
    assert (early.state, ready.state) == (LotState.ARRIVED, LotState.RELEASED)


def test_the_notice_s_own_set_rules_gate_and_goods(
    park: Park, mill: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = standards.standard_of(mill.unit)
    assert (before.health_checks, before.meeting_max, before.set_version) == (False, None, None)
    assert api.goods_rule(mill.unit, GoodsClass.COLD_CHAIN).days == 0
    version = measures.load_shipped(zone=park.zone, key="covid19-2022-05", by=park.root)
    measures.put_in_force(
        order=measures.ForceOrder(
            version=version,
            posture="routine",
            basis="\u901a\u77e5",
            document="1\u53f7",
            reason="\u8bd5\u9a8c",
        ),
        by=park.root,
    )
    now = standards.standard_of(mill.unit)
    assert (now.health_checks, now.fever_line, now.meeting_max) == (True, Decimal("37.3"), 50)
    assert now.set_version == version.pk
    assert now.star == StarRule.ASK
    said = {word: starred(mill, word, monkeypatch) for word in (None, "ask", "refuse", "other")}
    assert said == {None: None, "ask": StarRule.ASK, "refuse": StarRule.REFUSE, "other": StarRule.ASK}
    rules = {kind: api.goods_rule(mill.unit, kind) for kind in GoodsClass}
    assert {kind.value: one.days for kind, one in rules.items()} == {
        "cold_chain": 14, "imported": 10, "domestic": 0,
    }  # fmt: skip
    assert all(one.source for one in rules.values())
    made = lot(mill, 1, storage=store(mill, SiteKind.COLD_STORE), inspection_no="CIQ-1")
    assert (made.rule_days, made.rule_set) == (14, version.pk)
    with pytest.raises(Conflict):
        api.release_lot(lot_id=made.pk, by=mill.contact)
