"""Addresses of 通知."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.console.messages import channels, letters, reports, views

app_name = "messages"
urlpatterns = [
    path("", views.index, name="index"),
    path("retry-all/", views.retry_all, name="retry_all"),
    path("notices/<int:notice_id>/", views.notice, name="notice"),
    path("notices/<int:notice_id>/retry/", views.retry, name="retry"),
    path("notices/<int:notice_id>/give-up/", views.give_up, name="give_up"),
    path("compose/", letters.compose, name="compose"),
    path("letters/<int:letter_id>/", letters.letter, name="letter"),
    path("channels/new/<slug:kind>/", channels.create, name="channel_new"),
    path("channels/<int:channel_id>/", channels.change, name="channel"),
    path("channels/<int:channel_id>/enable/", channels.enable, name="channel_enable"),
    path("channels/<int:channel_id>/test/", channels.test, name="channel_test"),
    path("channels/<int:channel_id>/remove/", channels.remove, name="channel_remove"),
    path("report/<str:token>", reports.report, name="report"),
]
