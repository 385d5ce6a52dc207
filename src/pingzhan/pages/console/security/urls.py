"""Addresses of 登录与安全."""

from django.urls import path

from pingzhan.pages.console.security import views

app_name = "security"
urlpatterns = [
    path("", views.index, name="index"),
    path("enrol/", views.enrol, name="enrol"),
    path("keep/", views.keep, name="keep"),
    path("sessions/<int:session_id>/end/", views.end, name="end"),
    path("sessions/end-others/", views.end_others, name="end_others"),
]
