"""Addresses of 工作组看板."""

from django.urls import path

from pingzhan.pages.console.board import views

app_name = "board"
urlpatterns = [path("", views.index, name="index")]
