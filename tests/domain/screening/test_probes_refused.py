"""Lists of probes that do not fit: told by the cell, kept from whoever has no right, and never half stored."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api
from pingzhan.domain.screening.enums import (
    ProbeKind,
    ResultFault,
)
from pingzhan.domain.screening.models import (
    Probe,
    Result,
    ResultRefusal,
    SamplingTeam,
    Tube,
)
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import confirm, resume
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.imports.result import build as result_book
from pingzhan.foundation.imports.spec import imports_for
from pingzhan.kernel.errors import NotFound, Refused
from tests.domain.people.crowd import Park, acting, build_firm, hire, id_number, person
from tests.domain.premises.sheets import places, told
from tests.domain.screening.listed import (
    HEADS,
    HOUR,
    KEY,
    NAMES,
    NEGATIVE,
    POSITIVE,
    SPOT,
    found,
    line,
    said,
    sent,
)
from tests.domain.screening.phones import adopted_round, phone
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import store


@pytest.fixture
def sampler(park: Park, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.SAMPLER, path=park.zone.path)


def test_a_messy_list_is_told_cell_by_cell(park: Park, crew: list[Employment], clerk: Actor) -> None:
    firm = park.firms[0].unit
    rows = [
        line(0),  # 2: sound
        line(1, tube="H-0000"),  # the code twice
        line(1, document=int(id_number(3501)[:17] + "0"), tube="H-0003"),  # a number typed as a number
        line(1, tube="H-0004", at=said(-2 * HOUR)),  # ahead of now
        line(1, tube="H-0005", at=said(timedelta(days=8))),
        line(1, tube="H-0006", at="2026-05-20"),
        found(1, "\u9633", tube="H-0007"),  # no word for a result
        line(1, tube="H-0008", kind="\u4f53\u68c0"),
        line(1, tube="H-0009", name=NAMES[2]),  # the name of somebody else
        line(1, tube="H-0010", document=id_number(3990)),  # nobody of the zone
        line(1, tube="H-0011", name=""),
        line(1, tube="H-0012", document="", number="A1"),  # which enterprise
        line(1, tube="H-0013", document="", number="A9", enterprise=firm.name),
        line(1, tube="H-0014", document="", enterprise="\u65e0\u6b64\u5382", number="A1"),
        line(1, tube="H-0015", document=""),
        line(1, tube="x"),
        line(1, tube="H-0016", verdict=NEGATIVE),  # when it was tested
        line(1, tube="H-0017", verdict=NEGATIVE, tested_at=said(5 * HOUR)),  # before the swab
        line(0, tube="H-0018"),  # the same swab under another code
        line(1, tube="H-0019", enterprise=park.firms[1].unit.name),
        line(1, tube="H-0020", enterprise=firm.name, number="A2"),
    ]
    job = sent(clerk, *rows)
    keys = (
        "tube", "document", "at", "at", "at", "verdict", "kind", "name", "document", "name", "enterprise",
        "number", "enterprise", "document", "tube", "tested_at", "tested_at", "at", "enterprise", "number",
    )  # fmt: skip
    assert places(job) == [(row, HEADS[key]) for row, key in enumerate(keys, 3)]
    assert told(job) == (1, 0, 0, len(keys))
    # Nobody is spelt out on the page: neither who was refused nor who will be stored.
    cells = {one.typed for one in preview.bad_cells(job, 1)} | set(preview.rows(job, 1)[0].cells)
    assert cells >= {"\u6e38**", "\u8c37**"}
    assert not cells & {*NAMES, id_number(3500), id_number(3501), id_number(3990)}
    job = store(clerk, job)
    assert (job.total, job.stored, job.refused) == (len(rows), 1, len(keys))
    with result_book(job) as file:
        sheet = openpyxl.load_workbook(file).worksheets[0]
    assert "\u9519\u8bef\u539f\u56e0" in [str(cell.value) for cell in sheet[1]]
    assert sheet.max_row == 1 + len(keys)


def test_a_recorded_tube_is_nobody_elses(
    park: Park, teams: list[SamplingTeam], crew: list[Employment], clerk: Actor
) -> None:
    adopted_round(park, teams[0], [park.firms[0].unit])
    one = phone(teams[0], park)
    one.send(one.swab("T-0001", crew[2]), one.write("seal", tube="T-0001"))
    store(clerk, sent(clerk, line(0)))
    for key, row in (
        ("name", line(1, tube="H-0000", document="")),
        ("document", line(0, tube="H-0000", name="", document=id_number(3501))),
        ("number", line(0, number="A1")),
        ("enterprise", line(0, enterprise=park.firms[1].unit.name)),
        ("kind", line(0, kind=SPOT)),
        ("at", line(0, at=said(2 * HOUR))),
        ("tube", line(2, tube="T-0001")),  # a tube of a round
        ("tube", line(0, tube="H-0009")),  # the same swab once more
    ):
        job = sent(clerk, row)
        assert (told(job), places(job)) == ((0, 0, 0, 1), [(2, HEADS[key])])
    assert Probe.objects.count() == 1


def test_without_the_right_to_results_no_result_goes_in_and_none_comes_out(
    park: Park, crew: list[Employment], clerk: Actor, sampler: Actor
) -> None:
    store(clerk, sent(clerk, found(0, POSITIVE)))
    # Whether it guesses right or wrong: the answer is the same.
    answers = set()
    for verdict in (POSITIVE, NEGATIVE):
        for row in (found(0, verdict), found(1, verdict)):
            job = sent(sampler, row)
            assert (told(job), places(job), job.keeps) == ((0, 0, 0, 1), [(2, HEADS["verdict"])], 0)
            answers |= {one.message for one in preview.bad_cells(job, 1)}
    assert len(answers) == 1
    assert store(sampler, sent(sampler, line(1))).stored == 1
    assert told(sent(sampler, line(0))) == (0, 0, 1, 0)


def test_the_worker_of_another_zone_is_nobody_here(park: Park, crew: list[Employment], clerk: Actor) -> None:
    root = park.root
    zone = territory.create_unit(
        kind=UnitKind.ZONE, code="QZ", name="\u53e6\u4e00\u533a", parent=None, by=root
    )
    area = territory.create_unit(
        kind=UnitKind.AREA, code="QZ-E", name="\u897f\u7247\u533a", parent=zone, by=root
    )
    far = build_firm(area, 7, root)
    hire(far, person("\u8bb8\u8fdc\u5c71", id_number(3600)), no="F1")
    strangers = [
        line(0, tube="H-0001", name="\u8bb8\u8fdc\u5c71", document=id_number(3600)),
        line(0, tube="H-0002", name="\u8bb8\u8fdc\u5c71", document=id_number(3601)),
        line(0, tube="H-0003", name="", document="", enterprise=far.unit.name, number="F1"),
    ]
    job = sent(clerk, *strangers)
    assert told(job) == (0, 0, 0, 3)
    known, nobody, firm = preview.bad_cells(job, 1)
    assert known.message == nobody.message
    assert (firm.title, far.unit.name in firm.message) == (HEADS["enterprise"], False)
    for scope in ("QZ", "P1", far.unit.code, ""):
        with pytest.raises(NotFound):
            sent(clerk, line(0), scope=scope)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_import_is_who_may_record(
    park: Park, crew: list[Employment], clerk: Actor, role: Role
) -> None:
    job = sent(clerk, line(0))
    for path in (park.zone.path, park.firms[0].unit.path):
        by = acting(role, path)
        if role in (Role.SAMPLER, Role.ORGANISER) and path == park.zone.path:
            assert KEY in [one.key for one in imports_for(by)]
            continue
        assert KEY not in [one.key for one in imports_for(by)]
        assert not ImportJob.objects.visible_to(by).filter(pk=job.pk).exists()
        with pytest.raises(NotFound):
            sent(by, line(0))
        # Somebody else's preview, its number guessed, is confirmed and gone on with by nobody else.
        with pytest.raises(NotFound):
            confirm(job=job, new=True, changed=True, by=by)
        with pytest.raises(NotFound):
            resume(job=job, by=by)
    assert not Probe.objects.exists()


def test_a_right_that_is_lost_before_the_confirmation_stores_nothing(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    job = sent(clerk, line(0))
    RoleGrant.objects.filter(user=clerk.user_id, role=Role.SAMPLER).delete()
    changed = Actor(
        kind="user",
        user_id=clerk.user_id,
        person_id=None,
        name=clerk.name,
        grants=((Role.LABORATORY, park.zone.path),),
    )
    with pytest.raises(NotFound):
        confirm(job=job, new=True, changed=True, by=changed)
    with pytest.raises(Refused):
        api.record_probe(
            zone=park.zone, kind=ProbeKind.SPOT, by=changed,
            swab=api.ProbeIn("H-0001", clock.now(), park.firms[0].unit, "A0"),
        )  # fmt: skip
    assert not Probe.objects.exists()


def test_what_moved_between_preview_and_confirmation_is_refused_late(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    job = sent(clerk, line(0), line(1), found(2, NEGATIVE))
    assert told(job) == (3, 0, 0, 0)
    people.leave(
        employment=crew[0],
        on=timezone.localdate(),
        reason=LeaveReason.RESIGNED,
        by=park.firms[0].contact,
    )
    api.record_probe(
        zone=park.zone, kind=ProbeKind.SPOT, by=clerk,
        swab=api.ProbeIn("H-0001", clock.now() - 2 * HOUR, park.firms[0].unit, "A1"),
    )  # fmt: skip
    job = store(clerk, job)
    assert (job.state, job.stored_new, job.refused, job.total) == (ImportState.DONE, 1, 2, 3)
    assert set(Probe.objects.values_list("tube__code", "kind")) == {("H-0001", "spot"), ("H-0002", "willing")}


def test_a_held_tube_takes_no_result_and_the_refusal_is_on_record(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    store(clerk, sent(clerk, line(0)))
    Tube.objects.filter(code="H-0000").update(held=True)
    job = sent(clerk, found(0, POSITIVE))
    assert (told(job), places(job), job.keeps) == ((0, 0, 0, 1), [(2, HEADS["tube"])], 1)
    store(clerk, job)
    assert ResultRefusal.objects.get().fault == ResultFault.HELD
    assert not Result.objects.exists()
