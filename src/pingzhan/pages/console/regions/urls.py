"""Addresses of the list of key regions."""

from django.urls import path

from pingzhan.pages.console.regions import views

app_name = "regions"
urlpatterns = [
    path("", views.index, name="index"),
    path("add/", views.add, name="add"),
    path("<int:pk>/end/", views.end, name="end"),
]
