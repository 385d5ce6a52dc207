from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.imports.spec import register_import, unregister_import
from tests.factories.accounts import actor_with
from tests.foundation.imports import sample


@pytest.fixture
def parts(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """The sample import with its empty table and a folder of its own."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    with connection.cursor() as cursor:
        cursor.execute(sample.TABLE)
        cursor.execute("DELETE FROM import_sample")
    sample.finished.clear()
    register_import(sample.SPEC)
    yield
    unregister_import(sample.SPEC.key)


@pytest.fixture
def clerk(parts: None) -> Actor:
    """Somebody who may import into one unit."""
    return actor_with(Role.COMPANY, name="林知远", path="/7/")
