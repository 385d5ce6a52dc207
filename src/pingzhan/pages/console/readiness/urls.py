"""Addresses of 就绪检查."""

from django.urls import path

from pingzhan.pages.console.readiness import views

app_name = "readiness"
urlpatterns = [
    path("", views.index, name="index"),
]
