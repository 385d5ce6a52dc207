"""Where a benchmark runs: a database and a key ring of its own, both gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def place() -> Iterator[None]:
    """Start Django as a web process does, on a fresh database with fresh keys; end both."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    # Visitors are invented personas: without the demo mode a second factor would be asked of each of them.
    os.environ.setdefault("PINGZHAN_DEMO", "1")
    with tempfile.TemporaryDirectory(prefix="pz-bench-keys-") as keys:
        os.environ["PINGZHAN_KEY_DIR"] = keys
        import django

        from pingzhan.config.tuning import calm_collector

        django.setup()
        calm_collector()
        from django.db import connection

        from pingzhan.foundation.privacy import keyring

        keyring.create()
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
