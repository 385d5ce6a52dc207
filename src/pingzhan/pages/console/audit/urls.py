"""Addresses of 留痕."""

from django.urls import path

from pingzhan.pages.console.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("verify/", views.verify, name="verify"),
    path("switches/", views.switches, name="switches"),
]
