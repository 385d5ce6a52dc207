"""Addresses of 指挥大屏."""

from django.urls import path

from pingzhan.pages.console.wall import views

app_name = "wall"
urlpatterns = [
    path("", views.index, name="index"),
    path("fragment/", views.fragment, name="fragment"),
    path("table/", views.table, name="table"),
]
