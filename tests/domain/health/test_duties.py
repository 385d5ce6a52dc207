"""What a case owes is met step by step: reported, stopped, at the clinic, back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from pingzhan.domain.health import api
from pingzhan.domain.health.enums import Symptom
from pingzhan.domain.health.models import Case
from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations.models import Obligation
from pingzhan.domain.people.models import Employment
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.models import Device
from pingzhan.kernel.errors import Invalid
from tests.domain.people.crowd import Firm, Park

LINK = Actor(kind="link", user_id=None, person_id=None, name="")


def in_force(park: Park, key: str) -> None:
    version = measures.load_shipped(zone=park.zone, key=key, by=park.root)
    order = measures.ForceOrder(
        version=version, posture="routine", basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
    )
    measures.put_in_force(order=order, by=park.root)


def owed(case: Case) -> set[str]:
    """The measures of a case that are not met."""
    rows = Obligation.objects.filter(
        unit=case.enterprise_id, subject_id=case.pk, demand__evidence="symptoms", state__in=("open", "late")
    )
    return set(rows.values_list("duty__key", flat=True))


def test_each_step_meets_its_own_measure(park: Park, mill: Firm, crew: list[Employment]) -> None:
    in_force(park, "covid19-2022-05")
    case = api.report_symptoms(employment=crew[0], symptoms=[Symptom.COUGH], by=mill.contact)
    other = api.report_symptoms(employment=crew[1], symptoms=[Symptom.COUGH], by=mill.contact)
    assert owed(case) == {"health.fever-clinic", "health.return"}
    api.go_to_clinic(case_id=case.pk, clinic="\u533a\u533b\u9662", by=mill.contact)
    assert owed(case) == {"health.return"}
    api.conclude(case_id=case.pk, excluded=True, by=mill.contact)
    assert owed(case) == {"health.return"}
    api.return_to_work(case_id=case.pk, free_from=timezone.localdate(), by=mill.contact)
    assert owed(case) == set()
    assert owed(other) == {"health.fever-clinic", "health.return"}
    api.withdraw(case_id=other.pk, by=mill.contact)
    assert owed(other) == set()


def test_a_device_reports_and_a_person_stops(
    park: Park, mill: Firm, crew: list[Employment], gate: tuple[Device, str]
) -> None:
    in_force(park, "covid19-2022-05")
    row = api.ReadingIn(uuid.uuid4(), crew[0].pk, 38.4, timezone.now())
    api.record_readings([row], gate[0], LINK)
    case = Case.objects.get()
    assert owed(case) == {"health.stop-work", "health.fever-clinic", "health.return"}
    api.go_to_clinic(case_id=case.pk, clinic="\u533a\u533b\u9662", by=mill.contact)
    assert owed(case) == {"health.return"}


@pytest.mark.parametrize(("key", "days"), [("covid19-2022-05", 0), ("norovirus", 3), ("influenza", 2)])
def test_days_without_symptoms_are_those_of_the_set(
    park: Park, mill: Firm, crew: list[Employment], key: str, days: int
) -> None:
    in_force(park, key)
    case = api.report_symptoms(employment=crew[0], symptoms=[Symptom.VOMITING], by=mill.contact)
    assert case.free_days == days
    api.go_to_clinic(case_id=case.pk, clinic="\u533a\u533b\u9662", by=mill.contact)
    api.conclude(case_id=case.pk, excluded=True, by=mill.contact)
    today = timezone.localdate()
    if days:
        with pytest.raises(Invalid) as caught:
            api.return_to_work(case_id=case.pk, free_from=today, by=mill.contact)
        assert (today + timedelta(days=days)).isoformat() in caught.value.message
    else:
        api.return_to_work(case_id=case.pk, free_from=today, by=mill.contact)
