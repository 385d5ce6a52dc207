"""Addresses of the pages without sign-in."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.public import ack, arrive, demo, health, join, selfquery, setup

urlpatterns = [
    path("demo/", demo.personas, name="demo"),
    path("setup/<str:token>", setup.one_time_link, name="setup"),
    path("join/<str:token>", join.join, name="join"),
    path("device/<str:token>", join.enrol_device, name="enrol_device"),
    path("a/<str:token>", ack.acknowledge, name="ack"),
    path("arrive/<str:token>", arrive.arrive, name="arrive"),
    path("result/", selfquery.ask, name="result"),
    path("result/code/", selfquery.confirm, name="result_code"),
    path("result/own/", selfquery.own, name="result_own"),
    path("result/mine/", selfquery.mine, name="result_mine"),
    path("result/q/<str:token>", selfquery.by_key, name="result_by_key"),
    path("health/", health.liveness, name="health"),
]
