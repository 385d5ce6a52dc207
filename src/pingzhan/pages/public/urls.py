"""Addresses of the pages without sign-in."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.public import ack, demo, health, setup

urlpatterns = [
    path("demo/", demo.personas, name="demo"),
    path("setup/<str:token>", setup.one_time_link, name="setup"),
    path("a/<str:token>", ack.acknowledge, name="ack"),
    path("health/", health.liveness, name="health"),
]
