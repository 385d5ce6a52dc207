"""Addresses of the pages without sign-in."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.public import demo, health, setup

urlpatterns = [
    path("demo/", demo.personas, name="demo"),
    path("setup/<str:token>", setup.first_administrator, name="setup"),
    path("health/", health.liveness, name="health"),
]
