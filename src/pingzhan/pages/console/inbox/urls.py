"""Addresses of 收件箱."""

from __future__ import annotations

from django.urls import path

from pingzhan.pages.console.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.index, name="index"),
    path("read/", views.mark_read, name="read"),
    path("bell/", views.bell, name="bell"),
]
