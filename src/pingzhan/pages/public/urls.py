"""Addresses of the pages without sign-in."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.public import ack, demo, health, join, setup

urlpatterns = [
    path("demo/", demo.personas, name="demo"),
    path("setup/<str:token>", setup.one_time_link, name="setup"),
    path("join/<str:token>", join.join, name="join"),
    path("device/<str:token>", join.enrol_device, name="enrol_device"),
    path("a/<str:token>", ack.acknowledge, name="ack"),
    path("health/", health.liveness, name="health"),
]
