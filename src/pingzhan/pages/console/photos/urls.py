"""Addresses of photographs."""

from django.urls import path

from pingzhan.pages.console.photos import views

app_name = "photos"
urlpatterns = [path("<int:pk>/", views.show, name="show")]
