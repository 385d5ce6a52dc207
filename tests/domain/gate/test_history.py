"""Nothing that retention destroys survives in the row history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from pingzhan.domain.gate import api, protection
from pingzhan.domain.gate.models import Appointment, Visit
from pingzhan.foundation import clock
from tests.domain.gate.conftest import Ruled
from tests.domain.gate.stock import visitor
from tests.domain.people.crowd import Firm

EMPTIED: dict[str, tuple[str, ...]] = {
    **{model._meta.label_lower: tuple(empty) for model, empty in protection._TABLES},
    "health.case": ("symptoms", "tenths", "clinic"),
    "health.selfreport": ("number", "symptoms"),
    "returnees.application": ("declared_sealed", "from_name", "from_code"),
    "premises.incident": ("phone_sealed", "symptoms"),
}
"""What the retention of each ledger empties, by model."""
FIRM, PLATE = "\u4e91\u9675\u673a\u68b0", "\u9c81M20077"


@pytest.mark.parametrize("label", EMPTIED)
def test_no_history_copies_what_retention_empties(label: str) -> None:
    model: Any = apps.get_model(label)
    columns = {one.name for one in model._meta.concrete_fields}
    assert set(EMPTIED[label]) <= columns
    history: Any = apps.get_model(f"{label}history")
    assert not set(EMPTIED[label]) & {one.name for one in history._meta.concrete_fields}


def everything_kept(history: type[Model]) -> str:
    """All rows of a history table as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(string_agg(h::text, ' '), '') FROM {history._meta.db_table} h")
        return str(cursor.fetchone()[0])


def test_company_and_plate_of_a_visitor_are_gone_after_retention(mill: Firm, ruled: Ruled) -> None:
    ruled()
    visit = api.admit_visitor(
        enterprise=mill.unit, arrival=visitor(company=FIRM, plate=PLATE), by=mill.contact
    ).visit
    assert visit is not None
    now = clock.now()
    asked = api.invite(
        enterprise=mill.unit,
        invitation=api.Invitation(
            name="\u5371\u7d20\u79cb", host="\u8bbe\u5907\u79d1", company=FIRM, plate=PLATE,
            t0=now, t1=now + timedelta(hours=1),
        ),
        by=mill.contact,
    )  # fmt: skip
    api.sign_out(visit_id=visit.pk, by=mill.contact)
    for model, made, empty in (
        (Visit, visit, protection._EMPTY_VISIT),
        (Appointment, asked, protection._EMPTY_APPOINTMENT),
    ):
        protection._overwrite(model, empty)([made.pk])
        kept = everything_kept(apps.get_model("gate", f"{model.__name__}History"))
        assert kept, "the history itself stays"
        assert FIRM not in kept
        assert PLATE not in kept
