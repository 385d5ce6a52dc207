"""The workers of the demo zone: lifelike, the same for the same seed, never a living person."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from pingzhan.config.demo import ensure_demo, names
from pingzhan.config.demo.people import Firm, draw, firms_of, hire_workers, plain
from pingzhan.domain.organisation.reading import load, read_text
from pingzhan.domain.people import api
from pingzhan.domain.people.models import Employment, Individual, Placement
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.kernel.idnumber import IdNumber
from pingzhan.kernel.phone import Phone

SEED = sorted(Path(__file__).resolve().parents[4].glob("shared/seed/*.txt"))


def firm(pk: int, headcount: int) -> Firm:
    return Firm(
        pk=pk, code=f"E{pk}", headcount=headcount, cold=pk == 1, imported=True,
        teams=[10 * pk, 10 * pk + 1], shifts=[1, 2], rooms=[100 * pk + n for n in range(20)], canteen=pk,
    )  # fmt: skip


FIRMS = [firm(1, 300), firm(2, 40)]


def test_the_same_seed_gives_the_same_people() -> None:
    one, two, three = (list(map(plain, draw(FIRMS, seed))) for seed in (7, 7, 8))
    assert one == two
    assert one != three


def test_numbers_phones_and_names_are_of_nobody() -> None:
    people = [one.person for one in draw(FIRMS, 7)]
    for person in people:
        number = IdNumber.parse(person.document.number)
        assert 1850 <= number.birth.year <= 1899
        phone = Phone.parse(person.phone or "")
        assert phone.is_mobile
        assert not phone.usual
    assert len({person.document.number for person in people}) == len(people)
    assert len({names.number_of(Random(1), n, male=True, salt=3) for n in range(40_000)}) == 40_000
    assert len({names.phone_of(n, salt=3) for n in range(40_000)}) == 40_000


@pytest.mark.skipif(not SEED, reason="the zone's own notice is not here")
def test_no_name_of_the_notice_can_be_drawn() -> None:
    given = set(names.MEN + names.WOMEN + names.BOTH)
    for person in read_text(load(SEED[0]).text).persons():
        assert not (person.name[0] in names.SURNAMES and set(person.name[1:]) <= given)


def test_every_enterprise_has_its_workers_and_no_room_is_overfull() -> None:
    drawn = list(draw(FIRMS, 7))
    working = Counter(job.enterprise_id for one in drawn for job in one.jobs if job.left is None)
    assert working[1] in range(300, 304)
    assert working[2] in range(40, 42)
    rooms = Counter(job.room_id for one in drawn for job in one.jobs if job.room_id and job.left is None)
    assert rooms
    assert max(rooms.values()) <= 6
    assert any(job.moved for one in drawn for job in one.jobs)
    assert any(job.left for one in drawn for job in one.jobs)


@pytest.mark.django_db
def test_the_small_zone_has_a_crew_everywhere() -> None:
    assert ensure_demo()
    zone = Unit.objects.get(kind="zone")
    counts = api.headcounts(Unit.objects.filter(kind="enterprise").values_list("pk", flat=True))
    assert len(counts) == 18
    assert min(counts.values()) >= 25
    assert Placement.objects.filter(t1=None).count() == Employment.objects.filter(left=None).count()
    texts = api.opened(Individual.objects.order_by("pk")[:3])
    assert all(text.name and text.number for text in texts.values())
    assert hire_workers(zone=zone, seed=7, by=system_actor("x")) == ""
    assert not ensure_demo()


@pytest.mark.django_db
def test_the_hash_tells_what_was_built() -> None:
    ensure_demo(enterprises=3, workers=90, seed=5)
    zone = Unit.objects.get(kind="zone")
    firms = firms_of(zone, None)
    assert sum(one.headcount for one in firms) == 90
    facts = hire_workers(zone=zone, seed=5, by=system_actor("x"))
    assert len(facts) == 64
    assert Employment.objects.filter(left=None).count() >= 90
