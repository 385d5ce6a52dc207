"""Addresses of the frame itself, included under /ui/."""

from __future__ import annotations

from django.urls import path

from pingzhan.foundation.ui import views

urlpatterns = [
    path("band/", views.band, name="ui-band"),
    path("gallery/", views.gallery, name="ui-gallery"),
]
