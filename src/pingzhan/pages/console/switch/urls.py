"""Addresses of 平战转换."""

from django.urls import path

from pingzhan.pages.console.switch import standdown, views

app_name = "switch"
urlpatterns = [
    path("", views.scope, name="scope"),
    path("units/", views.units, name="units"),
    path("preview/", views.preview, name="preview"),
    path("order/", views.order, name="order"),
    path("stand-down/", standdown.stand_down, name="stand_down"),
]
