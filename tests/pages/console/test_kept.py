"""A world put back for a test leaves the process as it was after building, whatever ran before."""

from __future__ import annotations

from pathlib import Path

from django.db import connection, transaction
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import DutyVersion
from pingzhan.domain.command.queries.loading import duty_book
from pingzhan.domain.organisation.queries.contacts import persons_with_number
from pingzhan.domain.organisation.queries.rows import _frozen
from pingzhan.foundation.privacy import keyring
from pingzhan.foundation.privacy.models import LookupKey
from tests.factories import SmallZone, kept, small_zone


def _numbered_apart() -> SmallZone:
    """A zone whose duty version has another number than its structure version, as after other tests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('command_dutyversion', 'id'),"
            " nextval(pg_get_serial_sequence('organisation_structureversion', 'id')) + 1000)"
        )
    zone = small_zone()
    command.reconcile_zone(zone=zone.zone, cause="\u8bd5\u9a8c", by=zone.root)
    return zone


def test_published_versions_are_as_warm_put_back_as_built(db: None) -> None:
    with transaction.atomic():
        built = kept(_numbered_apart)
        transaction.set_rollback(True)
    duty_book.cache_clear()
    _frozen.cache_clear()
    again = kept(_numbered_apart)
    duties = DutyVersion.objects.get(structure_version=again.version)
    assert again.version.pk == built.version.pk != duties.pk
    before = duty_book.cache_info().misses, _frozen.cache_info().misses
    duty_book(duties.pk)
    _frozen(again.version.pk)
    assert (duty_book.cache_info().misses, _frozen.cache_info().misses) == before


def test_a_world_hashed_with_a_key_that_is_not_in_force_is_built_anew(
    db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.KEY_DIR = tmp_path / "keys"
    keyring.create()
    with transaction.atomic():
        ring, other = keyring.load().with_new_lookup()
        keyring.change(lambda _ring: ring)
        LookupKey.objects.create(pk=1, key=other, since=Now())
        kept(small_zone)
        transaction.set_rollback(True)
    zone = kept(small_zone)
    last = max(zone.people.values(), key=lambda person: person.sort_key)
    number = f"1390000{len(zone.people) - 1:04d}"
    assert persons_with_number(number) == [last.pk]
