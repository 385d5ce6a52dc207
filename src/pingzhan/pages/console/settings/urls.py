"""Addresses of 系统设置."""

from django.urls import path

from pingzhan.pages.console.settings import views

app_name = "settings"
urlpatterns = [path("", views.index, name="index"), path("<str:key>/", views.change, name="change")]
