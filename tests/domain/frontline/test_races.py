"""Two at once: a place chosen by hand while the system brings the plan up to date."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from pingzhan.domain.command import api as command
from pingzhan.domain.frontline.actions.places import refresh_places, set_place
from pingzhan.domain.frontline.models import Place
from pingzhan.domain.frontline.tasks import settle
from pingzhan.foundation.access.roles import Role
from tests.factories import actor_with, small_zone


@pytest.mark.concurrency
def test_a_place_chosen_by_hand_waits_for_the_system_and_stays(transactional_db: None) -> None:
    """Else the system, which looked before, would write its own choice over the one made by hand."""
    park = small_zone()
    command.reconcile_zone(zone=park.zone, cause="发布", by=park.root)
    settle(park.zone)
    duty = actor_with(Role.DUTY_OFFICER, name="值班甲")
    place = Place.objects.filter(zone=park.zone).order_by("pk").first()
    assert place is not None
    unit = next(one for one in park.firms if one.pk != place.unit_id)

    def choose() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            set_place(zone=park.zone, person_id=place.person_id, unit_id=unit.pk, by=duty)
        finally:
            connections.close_all()

    with transaction.atomic():
        refresh_places(zone=park.zone, by=park.root)
        with ThreadPoolExecutor(1) as pool, pytest.raises(OperationalError):
            pool.submit(choose).result()
    set_place(zone=park.zone, person_id=place.person_id, unit_id=unit.pk, by=duty)
    refresh_places(zone=park.zone, by=park.root)
    place.refresh_from_db()
    assert (place.unit_id, place.source) == (unit.pk, "chosen")
