"""What is left of samples and walk-ins when their time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingzhan.domain.screening import keeping, walkins
from pingzhan.domain.screening.models import Sample, SamplingTeam, WalkIn
from pingzhan.foundation import clock
from tests.domain.people.crowd import Park, hire, id_number
from tests.domain.screening.phones import Phone, adopted_round, phone

NAME = "\u6e38\u56db\u6d77"


@pytest.fixture
def one(park: Park, teams: list[SamplingTeam]) -> Phone:
    adopted_round(park, teams[0], [park.firms[0].unit])
    return phone(teams[0], park)


def test_after_sixty_days_nobody_is_named_any_more(one: Phone, park: Park) -> None:
    one.send(one.swab("T-0001", hire(park.firms[0])), one.guest("T-0001", NAME, id_number(900), 2))
    now = clock.now()
    assert keeping.tubes_due(now, 60, 9) == keeping.guests_due(now, 60, 9) == []
    later = now + timedelta(days=61)
    assert keeping.cut_samples(keeping.tubes_due(later, 60, 9)) == 1
    assert keeping.empty_guests(keeping.guests_due(later, 60, 9)) == 1
    assert keeping.tubes_due(later, 60, 9) == keeping.guests_due(later, 60, 9) == []
    assert set(Sample.objects.values_list("person", "employment_id")) == {(0, None)}
    guest = WalkIn.objects.get()
    assert (guest.name_sealed, guest.id_sealed, guest.id_digest) == (None, None, None)


def test_a_guest_is_erased_at_his_request(one: Phone) -> None:
    one.send(one.guest("T-0001", NAME, id_number(900)))
    guest = WalkIn.objects.get()
    assert walkins.names([guest]) == {guest.pk: NAME}
    assert keeping.count_guests([guest.subject_id]) == 1
    assert keeping.scrub_guests([guest.subject_id]) == 1
    assert keeping.count_guests([guest.subject_id]) == 0
    guest.refresh_from_db()
    assert walkins.names([guest]) == {guest.pk: ""}


def test_digests_are_made_anew_from_the_sealed_numbers(one: Phone) -> None:
    one.send(one.guest("T-0001", NAME, id_number(900)))
    before = bytes(WalkIn.objects.get().id_digest or b"")
    WalkIn.objects.update(id_digest=b"old")
    assert keeping.rehash() == 1
    assert bytes(WalkIn.objects.get().id_digest or b"") == before
