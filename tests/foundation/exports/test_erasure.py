"""An erasure destroys exported lists, also one that is just being made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.exports import actions, making
from pingzhan.foundation.exports.actions import RESULT, fetch, order_export
from pingzhan.foundation.exports.listing import register_listing, unregister_listing
from pingzhan.foundation.exports.making import delete_due, destroy_all
from pingzhan.foundation.exports.models import ExportJob
from pingzhan.foundation.privacy import sealed_files as sealed
from pingzhan.foundation.privacy.file_stores import file_stores
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, NotFound
from tests.factories.accounts import actor_with
from tests.foundation.exports.test_exports import LISTING


@pytest.fixture
def reader(db: None, settings: Any, tmp_path: Path) -> Iterator[Actor]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    register_listing(LISTING)
    yield actor_with(Role.LEADER)
    unregister_listing(LISTING.key)


def files() -> list[Path]:
    return [path for path in Path(settings.UPLOAD_DIR).rglob("*") if path.is_file()]


def order(by: Actor) -> ExportJob:
    return order_export(key=LISTING.key, form="csv", params={"name": "\u67d0"}, by=by)


def test_every_kind_of_file_is_known_to_erasures() -> None:
    assert {"imports", "exports"} <= {one.key for one in file_stores()}


def test_lists_made_and_ordered_go(reader: Actor) -> None:
    made = order(reader)
    assert drain() == ["done"]
    made.refresh_from_db()
    copies = {path: path.read_bytes() for path in files()}
    owner, subject, key = made.owner, made.subject_id, made.sealed_key
    ordered = order(reader)
    assert len(files()) == 3
    assert destroy_all() == 2
    assert files() == []
    assert drain() == ["done"], "the one that was ordered ends quietly"
    for job in (made, ordered):
        job.refresh_from_db()
        assert (job.sealed_key, job.files_gone_at is None) == (None, False)
    with pytest.raises(Conflict):
        fetch(made, by=reader)
    with pytest.raises(NotFound):
        fetch(ordered, by=reader)
    for path, data in copies.items():
        path.write_bytes(data)
    with pytest.raises(Conflict):
        sealed.read_all(owner, RESULT, sealed.opened_key(owner, subject, key))
    assert (destroy_all(), delete_due()) == (0, 0)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_one_that_is_being_made_leaves_nothing(
    reader: Actor, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The keys go while the list is being read, or when its file is just written."""
    name = "write_list" if moment == "before" else "sealed"
    if moment == "before":
        kept = actions.write_list

        def write(*given: Any, **more: Any) -> int:
            count = kept(*given, **more)
            assert destroy_all() == 1
            return count

        monkeypatch.setattr(making, name, write)
    else:
        kept_all = sealed.write_all

        def write_all(*given: Any) -> Any:
            found = kept_all(*given)
            if given[1] == RESULT:
                assert destroy_all() == 1
                kept_all(*given)
            return found

        monkeypatch.setattr(sealed, "write_all", write_all)
    job = order(reader)
    drain()
    job.refresh_from_db()
    assert (job.rows, job.finished_at, files()) == (None, None, [])
    assert not AuditRecord.objects.filter(verb="export.made").exists(), "nobody has got the list"
