"""Addresses of 落实情况."""

from django.urls import path

from pingzhan.pages.console.compliance import lists, views

app_name = "compliance"
urlpatterns = [
    path("", views.index, name="index"),
    path("unit/<int:pk>/", views.unit, name="unit"),
    path("list/", lists.index, name="list"),
    path("<int:pk>/", lists.detail, name="detail"),
    path("waivers/", lists.waivers, name="waivers"),
    path("waive/", lists.waive, name="waive"),
    path("waivers/<int:pk>/revoke/", lists.revoke, name="revoke"),
]
