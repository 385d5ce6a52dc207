"""The ASGI application that granian serves."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
os.environ.setdefault("PINGZHAN_POOL", "1")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402 - they read the settings

from pingzhan.config.handler import PageHandler  # noqa: E402
from pingzhan.config.tuning import calm_collector  # noqa: E402

# As many pages at once as there are connections for them: more would only wait for one.
application = PageHandler(threads=settings.POOL_SIZE)
calm_collector()
