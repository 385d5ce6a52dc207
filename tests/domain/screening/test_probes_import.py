"""Lists of hospitals and clinics: what a file does is what a hand does, once; what does not fit is told by its cell."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.orders.models import Order
from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import LeaveReason
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening import api
from pingzhan.domain.screening.enums import (
    HoldState,
    ProbeKind,
    ResultFault,
    ResultSource,
    TubeState,
    Verdict,
)
from pingzhan.domain.screening.importers.probes import PROBES
from pingzhan.domain.screening.models import (
    CustodyStep,
    Hold,
    LatestResult,
    Probe,
    Pursuit,
    Result,
    ResultRefusal,
    SamplingTeam,
    Tube,
    WalkIn,
)
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.listing import listing_for
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import confirm, resume
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.imports.result import build as result_book
from pingzhan.foundation.imports.spec import imports_for
from pingzhan.foundation.imports.template import build as template
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import NotFound, Refused
from tests.domain.people.crowd import Park, acting, build_firm, hire, id_number, person
from tests.domain.premises.sheets import out, places, told
from tests.domain.screening.lab import states
from tests.domain.screening.phones import adopted_round, phone
from tests.factories import account
from tests.factories.accounts import actor_with
from tests.foundation.imports.files import csv_text, send, store, xlsx

KEY = "screening.probes"
NAMES = ("\u8c37\u4e00\u9e23", "\u53f6\u77e5\u79cb", "\u6e38\u56db\u6d77")
NEGATIVE, POSITIVE = str(Verdict.NEGATIVE.label), str(Verdict.POSITIVE.label)
WILLING, SPOT = str(ProbeKind.WILLING.label), str(ProbeKind.SPOT.label)
HEADS = {one.key: str(one.title) for one in PROBES.columns}
HOUR = timedelta(hours=1)
NOW = timezone.now()
"""One moment for all rows: a list that comes again names the same minute."""


@pytest.fixture
def crew(park: Park) -> list[Employment]:
    """Three workers of the first enterprise, each with a document of his own."""
    return [
        hire(park.firms[0], person(name, id_number(3500 + n)), no=f"A{n}") for n, name in enumerate(NAMES)
    ]


@pytest.fixture
def clerk(park: Park, settings: Any, tmp_path: Path) -> Actor:
    """Somebody who takes swabs and enters results."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.SAMPLER, Role.LABORATORY, path=park.zone.path)


@pytest.fixture
def sampler(park: Park, settings: Any, tmp_path: Path) -> Actor:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return actor_with(Role.SAMPLER, path=park.zone.path)


def said(ago: timedelta) -> str:
    return f"{timezone.localtime(NOW - ago):%Y-%m-%d %H:%M}"


def line(n: int = 0, **cells: Any) -> list[Any]:
    """One row: worker ``n`` by name and document, swabbed three hours ago, without a result."""
    values = {
        "tube": f"H-000{n}", "kind": WILLING, "name": NAMES[n], "document": id_number(3500 + n), "enterprise": "",
        "number": "", "at": said(3 * HOUR), "verdict": "", "tested_at": "", "correction": "",
    }  # fmt: skip
    return list({**values, **cells}.values())


def found(n: int, verdict: str, **cells: Any) -> list[Any]:
    """One row with a result of an hour ago."""
    return line(n, verdict=verdict, tested_at=said(HOUR), **cells)


def sent(by: Actor, *rows: list[Any], scope: str = "PZ") -> ImportJob:
    job = send(by, xlsx([list(HEADS.values()), *rows]), name="t.xlsx", key=KEY, scope=scope)
    assert job.error == ""
    return job


def test_the_template_filled_in_comes_in_goes_out_and_comes_in_the_same(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(PROBES)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(HEADS.values())
    firm = park.firms[0].unit
    rows = [
        line(0),
        line(1, kind=SPOT, name="", document="", enterprise=firm.name, number="a1"),
        found(2, NEGATIVE, enterprise=firm.code),
    ]
    for at, row in enumerate(rows, 2):
        for column, cell in enumerate(row, 1):
            sheet.cell(at, column, cell or None)
    file = io.BytesIO()
    book.save(file)
    job = send(clerk, file.getvalue(), name="t.xlsx", key=KEY, scope="PZ")
    assert (told(job), places(job)) == ((3, 0, 0, 0), [])
    job = store(clerk, job)
    assert (job.state, job.total, job.stored_new, job.refused) == (ImportState.DONE, 3, 3, 0)
    assert list(
        Probe.objects.order_by("tube__code").values_list("tube__code", "kind", "enterprise", "by_name")
    ) == [
        ("H-0000", "willing", firm.pk, clerk.name),
        ("H-0001", "spot", firm.pk, clerk.name),
        ("H-0002", "willing", firm.pk, clerk.name),
    ]
    tubes = Tube.objects.order_by("code")
    assert [(one.state, one.heads, one.held) for one in tubes] == [
        (TubeState.SEALED, 1, False), (TubeState.SEALED, 1, False), (TubeState.RESULTED, 1, False),
    ]  # fmt: skip
    assert not WalkIn.objects.exists()
    # What was sent is the same when it comes again, and so is the list of probes, masked or in full.
    assert told(sent(clerk, *rows)) == (0, 0, 3, 0)
    heads = [str(one.title) for one in columns_out(clerk)]
    for whole in (False, True):
        lines = out(clerk, KEY, whole, zone=str(park.zone.pk))
        assert len(lines) == 3
        assert any(NEGATIVE in row for row in lines)
        cells = [["" if one is None else naive(one) for one in row] for row in lines]
        job = send(clerk, xlsx([heads, *cells]), name="t.xlsx", key=KEY, scope="PZ")
        assert (told(job), places(job)) == ((0, 0, 3, 0), [])
    assert (Probe.objects.count(), Result.objects.count()) == (3, 1)


def columns_out(clerk: Actor) -> Any:
    return listing_for(clerk, KEY).columns


def naive(cell: Any) -> Any:
    return timezone.localtime(cell).replace(tzinfo=None) if isinstance(cell, datetime) else cell


def test_a_positive_of_a_file_does_what_a_positive_of_a_hand_does_and_only_once(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    both = actor_of(account(Role.SAMPLER, Role.LABORATORY, path=park.zone.path))
    swab = api.ProbeIn("M-0001", clock.now() - 3 * HOUR, park.firms[0].unit, "A1")
    api.record_probe(zone=park.zone, kind=ProbeKind.WILLING, swab=swab, by=both)
    api.receive_tubes(zone=park.zone, codes=["M-0001"], by=both)
    api.enter_results(
        zone=park.zone, source=ResultSource.MANUAL, by=both,
        results=[api.ResultIn("M-0001", Verdict.POSITIVE, clock.now() - HOUR)],
    )  # fmt: skip
    by_hand = trace("M-0001")
    assert by_hand["tasks"]
    job = store(clerk, sent(clerk, found(0, POSITIVE)))
    assert (job.stored_new, job.refused) == (1, 0)
    assert trace("H-0000") == by_hand
    assert states(*crew) == [HoldState.POSITIVE, HoldState.POSITIVE, ""]
    own = api.own_result(crew[0].individual_id)
    assert own is not None
    assert own.pooled is False
    # The tube's way says how it came to the laboratory.
    steps = CustodyStep.objects.filter(tube_id=Tube.objects.get(code="H-0000").pk).order_by("at", "seq")
    assert sorted(steps.values_list("step", flat=True)) == ["receive", "result", "seal"]
    # Again, in the same words or with another form of the file: nothing happens a second time.
    rows = [list(HEADS.values()), found(0, POSITIVE)]
    for data, name in ((xlsx(rows), "t.xlsx"), (csv_text(rows).encode("gb18030"), "t.csv")):
        job = send(clerk, data, name=name, key=KEY, scope="PZ")
        assert told(job) == (0, 0, 1, 0)
    assert trace("H-0000") == by_hand
    assert (Pursuit.objects.count(), Hold.objects.count(), Result.objects.count()) == (2, 2, 2)
    records = AuditRecord.objects.filter(verb="screening.probe_list")
    assert [(one.body, one.actor_name) for one in records] == [({"count": 1}, clerk.name)]


def trace(code: str) -> dict[str, Any]:
    """What followed from a positive tube: its pursuit, who is held, how many tasks were given, where he stands."""
    pursuit = Pursuit.objects.get(tube__code=code)
    holds = Hold.objects.filter(members__pursuit=pursuit)
    return {
        "pursuits": Pursuit.objects.filter(tube__code=code).count(),
        "state": (pursuit.state, pursuit.verdict, pursuit.retest),
        "holds": list(holds.values_list("state", "enterprise")),
        "tasks": sorted(Order.objects.filter(pk__in=pursuit.order_ids).values_list("state", flat=True)),
        "latest": list(
            LatestResult.objects.filter(individual__in=holds.values("individual")).values_list(
                "verdict", "pooled"
            )
        ),
    }


def test_a_result_that_comes_later_and_its_correction_keep_what_was_before(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    store(clerk, sent(clerk, line(0)))
    job = sent(clerk, found(0, POSITIVE))
    (change,) = preview.changes(job, 1)
    assert change.changes == [(HEADS["verdict"], "", POSITIVE)]
    assert store(clerk, job).stored_changed == 1
    assert states(crew[0]) == [HoldState.POSITIVE]
    job = sent(clerk, found(0, NEGATIVE))
    assert (told(job), places(job), job.keeps) == ((0, 0, 0, 1), [(2, HEADS["correction"])], 1)
    # Confirmed all the same it is on record as not applied, and nothing changes.
    confirm(job=job, new=True, changed=True, by=clerk)
    drain()
    assert ResultRefusal.objects.get().fault == ResultFault.OTHER_RESULT
    reason = "\u6837\u672c\u6c61\u67d3\u91cd\u68c0"
    job = sent(clerk, found(0, NEGATIVE, correction=reason))
    (change,) = preview.changes(job, 1)
    assert change.changes == [(HEADS["verdict"], POSITIVE, NEGATIVE)]
    assert store(clerk, job).stored_changed == 1
    first, second = Result.objects.order_by("pk")
    assert (first.verdict, second.verdict, second.corrects, second.reason) == (
        Verdict.POSITIVE, Verdict.NEGATIVE, first, reason,
    )  # fmt: skip
    assert states(crew[0]) == [HoldState.RELEASED]
    assert told(sent(clerk, found(0, NEGATIVE, correction=reason))) == (0, 0, 1, 0)


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


def test_a_csv_of_another_system_in_its_own_order_and_code(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    heads = [
        "\u6761\u7801\u53f7",
        "\u59d3\u540d",
        "\u8eab\u4efd\u8bc1\u53f7\u7801",
        "\u68c0\u6d4b\u7c7b\u522b",
        "\u91c7\u6837\u65f6\u95f4",
        "\u68c0\u6d4b\u7ed3\u679c",
        "\u62a5\u544a\u65f6\u95f4",
        "\u79d1\u5ba4",
    ]
    row = [
        "h-0000",
        NAMES[0],
        id_number(3500),
        SPOT,
        said(3 * HOUR).replace("-", "/"),
        NEGATIVE,
        said(HOUR),
        "x",
    ]
    job = send(clerk, csv_text([heads, row]).encode("gb18030"), name="t.csv", key=KEY, scope="PZ")
    assert (job.error, told(job), places(job)) == ("", (1, 0, 0, 0), [])
    store(clerk, job)
    result = Result.objects.get()
    assert (result.tube.code, result.verdict, result.source) == ("H-0000", Verdict.NEGATIVE, ResultSource.CSV)


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


def test_three_rows_are_judged_and_stored_in_as_many_queries_as_one(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    more = [hire(park.firms[0], person(NAMES[0], id_number(3510 + n)), no=f"B{n}") for n in range(4)]
    store(clerk, sent(clerk, line(0)))  # the day's round and register are there
    counts = []
    for lot in (more[:1], more[1:]):
        rows = [
            line(0, tube=f"Q-{worker.pk}", document=id_number(3510 + more.index(worker)), verdict=NEGATIVE,
                 tested_at=said(HOUR))
            for worker in lot
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as checking:
            job = sent(clerk, *rows)
        with CaptureQueriesContext(connection) as storing:
            job = store(clerk, job)
        assert (job.stored_new, job.refused) == (len(lot), 0)
        counts.append((len(checking), len(storing)))
    assert counts[0] == counts[1]
