"""Addresses of 生产经营."""

from django.urls import path

from pingzhan.pages.company.production import views

app_name = "production"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
]
