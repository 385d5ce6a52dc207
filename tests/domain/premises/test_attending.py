"""Ticks of a session: added and taken back, by its enterprise only; coverage of enterprises; sums of figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from pingzhan.domain.premises import api
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.photos.models import Photo
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused
from tests.domain.people.crowd import Firm, hire
from tests.domain.premises.conftest import waiting
from tests.domain.premises.samples import crew, figures
from tests.domain.premises.test_training import held


@pytest.mark.usefixtures("in_force")
def test_ticks_are_added_and_taken_back(mill: Firm) -> None:
    one, two, three = (row.pk for row in crew(mill, 3))
    before = waiting(mill, "training")
    row = held(mill, [one])
    assert api.mark_attendance(
        training_id=row.pk, among=[two, three], present=[two, three], by=mill.contact
    ) == (
        2,
        0,
    )
    assert waiting(mill, "training") == 0
    assert api.mark_attendance(training_id=row.pk, among=[two, three], present=[two], by=mill.contact) == (
        0,
        1,
    )
    assert 0 < waiting(mill, "training") <= before
    assert set(row.attendances.values_list("employment_id", flat=True)) == {one, two}
    trail = AuditRecord.objects.filter(verb="premises.attendance_marked").order_by("-pk")[0]
    assert trail.body["removed_ids"] == [three]


def test_ticks_that_are_refused(mill: Firm, forge: Firm, duty_officer: Actor) -> None:
    one, two = (row.pk for row in crew(mill, 2))
    stranger = hire(forge, no="F1").pk
    row = held(mill, [one])
    for among, present in (([stranger], [stranger]), ([one], []), ([one], [two])):
        with pytest.raises(Invalid):
            api.mark_attendance(training_id=row.pk, among=among, present=present, by=mill.contact)
    with pytest.raises(NotFound):
        api.mark_attendance(training_id=row.pk, among=[two], present=[two], by=forge.contact)
    with pytest.raises(Refused):
        api.mark_attendance(training_id=row.pk, among=[two], present=[two], by=duty_officer)
    with pytest.raises(Invalid):
        api.show_training(training_id=row.pk, photos=[], by=mill.contact)
    with pytest.raises(Invalid):
        api.show_training(training_id=row.pk, photos=[b"no picture"], by=mill.contact)
    api.void_training(training_id=row.pk, by=mill.contact)
    with pytest.raises(Conflict):
        api.mark_attendance(training_id=row.pk, among=[two], present=[two], by=mill.contact)
    assert list(row.attendances.values_list("employment_id", flat=True)) == [one]
    assert not Photo.objects.exists()


def test_how_far_each_enterprise_has_come(mill: Firm, forge: Firm) -> None:
    one, _two = (row.pk for row in crew(mill, 2))
    held(mill, [one])
    found = api.training_of_firms([mill.unit.pk, forge.unit.pk])
    line = found[mill.unit.pk]
    assert (line.expected, line.done, line.missing, line.short, line.last) == (2, 1, 1, True, clock.today())
    other = found[forge.unit.pk]
    assert (other.expected, other.done, other.short, other.last) == (0, 0, False, None)


def test_sums_of_the_days(mill: Firm, forge: Firm) -> None:
    today, day = clock.today(), timedelta(days=1)
    for firm, when in ((mill, today), (forge, today), (mill, today - day)):
        api.save_figures(enterprise=firm.unit, day=when, data=figures(), by=firm.contact)
    rows = api.figures_visible_to(mill.contact) | api.figures_visible_to(forge.contact)
    first, last = api.totals(rows, today - 2 * day, today)
    assert (first.day, first.firms, first.output, first.at_work) == (today - day, 1, Decimal("12.50"), 80)
    assert (last.firms, last.output, last.at_work, last.power) == (2, Decimal(25), 160, Decimal(10400))
    assert set(api.figures_of_day([mill.unit.pk, forge.unit.pk], today - day)) == {mill.unit.pk}
