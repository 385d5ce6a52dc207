"""Rows of lists that hospitals and clinics send, of three workers of a park."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.enums import ProbeKind, ProbeWho, Verdict
from pingzhan.domain.screening.importers.probes import PROBES
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.imports.models import ImportJob
from tests.domain.people.crowd import Park, hire, id_number, person
from tests.foundation.imports.files import send, store, xlsx

KEY = "screening.probes"
NAMES = ("\u8c37\u4e00\u9e23", "\u53f6\u77e5\u79cb", "\u6e38\u56db\u6d77")
NEGATIVE, POSITIVE = str(Verdict.NEGATIVE.label), str(Verdict.POSITIVE.label)
WILLING, SPOT = str(ProbeKind.WILLING.label), str(ProbeKind.SPOT.label)
OTHER = str(ProbeWho.OTHER.label)
HEADS = {one.key: str(one.title) for one in PROBES.columns}
HOUR = timedelta(hours=1)
NOW = timezone.now()
"""One moment for all rows: a list that comes again names the same minute."""


def crew_of(park: Park) -> list[Employment]:
    """Hire three workers of the first enterprise, each with a document of his own."""
    return [
        hire(park.firms[0], person(name, id_number(3500 + n)), no=f"A{n}") for n, name in enumerate(NAMES)
    ]


def said(ago: timedelta) -> str:
    return f"{timezone.localtime(NOW - ago):%Y-%m-%d %H:%M}"


def line(n: int = 0, **cells: Any) -> list[Any]:
    """One row: worker ``n`` by name and document, swabbed three hours ago, without a result."""
    values = {
        "tube": f"H-000{n}", "kind": WILLING, "who": "", "name": NAMES[n], "document": id_number(3500 + n),
        "enterprise": "", "number": "", "at": said(3 * HOUR), "verdict": "", "tested_at": "", "correction": "",
    }  # fmt: skip
    return list({**values, **cells}.values())


def other(code: str, n: int, name: str = "\u5c24\u6e05\u6cb3", **cells: Any) -> list[Any]:
    """One row of somebody who is no worker, by name and document."""
    return line(0, **{"tube": code, "who": OTHER, "name": name, "document": id_number(n), **cells})


def found(n: int, verdict: str, **cells: Any) -> list[Any]:
    """One row with a result of an hour ago."""
    return line(n, verdict=verdict, tested_at=said(HOUR), **cells)


def sent(by: Actor, *rows: list[Any], scope: str = "PZ") -> ImportJob:
    job = send(by, xlsx([list(HEADS.values()), *rows]), name="t.xlsx", key=KEY, scope=scope)
    assert job.error == ""
    return job


def queries(by: Actor, rows: list[list[Any]]) -> tuple[int, int]:
    """Return how many queries it takes to judge new rows and to store them all."""
    with CaptureQueriesContext(connection) as judging:
        job = sent(by, *rows)
    with CaptureQueriesContext(connection) as storing:
        job = store(by, job)
    assert (job.stored_new, job.refused) == (len(rows), 0)
    return len(judging), len(storing)
