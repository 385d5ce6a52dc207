"""Child processes that work on the test database."""

from __future__ import annotations

import os

from django.conf import settings
from django.db import connection


def environment() -> dict[str, str]:
    """What a child process needs to work on the test database with the same secret key."""
    own = {name: str(value or "") for name, value in connection.settings_dict.items()}
    login = own["USER"] + (f":{own['PASSWORD']}" if own["PASSWORD"] else "")
    socket = own["HOST"].startswith("/")
    place = "" if socket else own["HOST"] + (f":{own['PORT']}" if own["PORT"] else "")
    port = f"&port={own['PORT']}" if own["PORT"] else ""
    query = f"?host={own['HOST']}{port}" if socket else ""
    return {
        **os.environ,
        "PINGZHAN_DATABASE_URL": f"postgresql://{login}{'@' if login else ''}{place}/{own['NAME']}{query}",
        "PINGZHAN_SECRET_KEY": settings.SECRET_KEY,
    }
