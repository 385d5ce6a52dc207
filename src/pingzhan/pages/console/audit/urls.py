"""Addresses of 留痕."""

from django.urls import path

from pingzhan.pages.console.audit import details, exporting, verification, views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:record_id>/", details.record_page, name="record"),
    path("<int:record_id>/rows/<str:label>/", details.rows_page, name="rows"),
    path("history/<str:label>/<str:object_id>/", details.history_page, name="history"),
    path("verify/", verification.verify, name="verify"),
    path("export/", exporting.export, name="export"),
    path("switches/", views.switches, name="switches"),
]
