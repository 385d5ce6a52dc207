"""Addresses of the console."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from pingzhan.pages.console.views import home

MODULES = ("duty", "switch", "tasks", "structure", "readiness", "audit")
ready = [name for name in MODULES if find_spec(f"pingzhan.pages.console.{name}") and find_spec(f"pingzhan.pages.console.{name}.urls")]

urlpatterns = [
    path("", home, name="home"),
    *(path(f"{name}/", include(f"pingzhan.pages.console.{name}.urls")) for name in ready),
]
