"""Addresses of 应急通讯录."""

from django.urls import path

from pingzhan.pages.console.sheet import views

app_name = "sheet"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:name>/", views.file, name="file"),
]
