"""How to reach Django's database with a connection of one's own (LISTEN needs one)."""

from __future__ import annotations

from typing import Any

from django.db import connections


def connection_options() -> dict[str, Any]:
    """Return keyword arguments for psycopg.connect() that lead to the default database.

    TLS settings and the like are kept; what only Django's own connection wants is left out.
    """
    params = connections["default"].get_connection_params()
    not_ours = ("application_name", "prepare_threshold")
    return {
        name: value
        for name, value in params.items()
        if isinstance(value, str | int) and value != "" and name not in not_ours
    }
