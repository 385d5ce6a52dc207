"""Addresses of 办理记录."""

from django.urls import path

from pingzhan.pages.company.declarations import views

app_name = "declarations"
urlpatterns = [
    path("unit/<int:pk>/", views.unit, name="unit"),
    path("<int:pk>/", views.form, name="form"),
    path("record/<int:pk>/", views.record, name="record"),
]
