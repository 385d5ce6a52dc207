"""The ASGI application that granian serves."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from pingzhan.config.tuning import calm_collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
os.environ.setdefault("PINGZHAN_POOL", "1")
application = get_asgi_application()
calm_collector()
