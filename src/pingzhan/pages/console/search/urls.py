"""Addresses of 查找."""

from django.urls import path

from pingzhan.pages.console.search import views

app_name = "search"
urlpatterns = [path("", views.index, name="index")]
