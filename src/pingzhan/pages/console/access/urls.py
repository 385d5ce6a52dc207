"""Addresses of 谁能看到，为什么."""

from django.urls import path

from pingzhan.pages.console.access import views

app_name = "access"
urlpatterns = [
    path("", views.index, name="index"),
    path("account/<int:user_id>/", views.account, name="account"),
]
