"""Addresses of 实验室."""

from django.urls import path

from pingzhan.pages.console.laboratory import keys, views

app_name = "laboratory"
urlpatterns = [
    path("", views.index, name="index"),
    path("receive/", views.receive, name="receive"),
    path("enter/", views.enter, name="enter"),
    path("refused/", views.refused, name="refused"),
    path("keys/", keys.index, name="keys"),
]
