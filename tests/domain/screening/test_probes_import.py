"""Lists of hospitals and clinics: what a file does is what a hand does, once; what does not fit is told by its cell."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
from django.utils import timezone

from pingzhan.domain.orders.models import Order
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
    Tube,
    WalkIn,
)
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports.listing import listing_for
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import confirm
from pingzhan.foundation.imports.models import ImportState
from pingzhan.foundation.imports.template import build as template
from pingzhan.foundation.runs.testing import drain
from tests.domain.people.crowd import Park, hire, id_number, person
from tests.domain.premises.sheets import out, places, told
from tests.domain.screening.lab import states
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
    queries,
    said,
    sent,
)
from tests.factories import account
from tests.foundation.imports.files import csv_text, send, store, xlsx


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
        counts.append(queries(clerk, rows))
    assert counts[0] == counts[1]


def test_two_previews_of_a_list_confirmed_one_after_the_other_store_it_once(
    park: Park, crew: list[Employment], clerk: Actor
) -> None:
    first, second = (sent(clerk, found(0, POSITIVE), line(1)) for _n in range(2))
    assert told(first) == told(second) == (2, 0, 0, 0)
    assert store(clerk, first).stored_new == 2
    job = store(clerk, second)
    assert (job.stored, job.same, job.refused, job.total) == (0, 2, 0, 2)
    assert (Probe.objects.count(), Result.objects.count(), Pursuit.objects.count()) == (2, 1, 1)
