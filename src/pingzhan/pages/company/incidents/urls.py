"""Addresses of 事件报告."""

from django.urls import path

from pingzhan.pages.company.incidents import acts, views

app_name = "incidents"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/report/", acts.report, name="report"),
    path("incident/<int:pk>/", views.incident, name="incident"),
    path("incident/<int:pk>/<slug:act>/", acts.act, name="act"),
]
