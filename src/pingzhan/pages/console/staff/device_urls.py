"""Addresses of 设备."""

from django.urls import path

from pingzhan.pages.console.staff import devices

app_name = "devices"
urlpatterns = [
    path("", devices.index, name="index"),
    path("issue/", devices.issue, name="issue"),
    path("<int:device_id>/renew/", devices.renew, name="renew"),
    path("<int:device_id>/gate/", devices.move, name="move"),
    path("<int:device_id>/revoke/", devices.revoke, name="revoke"),
]
