"""Addresses of 平战转换."""

from django.urls import path

from pingzhan.pages.console.switch import rebase, several, standdown, takeover, views

app_name = "switch"
urlpatterns = [
    path("", views.scope, name="scope"),
    path("units/", views.units, name="units"),
    path("preview/", views.preview, name="preview"),
    path("order/", views.order, name="order"),
    path("several/", several.choose, name="several"),
    path("several/preview/", several.preview, name="several_preview"),
    path("several/order/", several.order, name="several_order"),
    path("stand-down/", standdown.stand_down, name="stand_down"),
    path("rebase/", rebase.rebase, name="rebase"),
    path("command/", takeover.takeover, name="takeover"),
]
