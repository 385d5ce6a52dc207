"""Addresses of the field pages; the scope of their worker."""

from django.urls import path

from pingzhan.pages.field import views

app_name = "field"
urlpatterns = [
    path("", views.page, name="page"),
    path("sw.js", views.worker, name="worker"),
]
