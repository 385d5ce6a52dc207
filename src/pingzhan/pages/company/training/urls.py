"""Addresses of 宣传培训."""

from django.urls import path

from pingzhan.pages.company.training import sessions, views

app_name = "training"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/new/", sessions.new, name="new"),
    path("session/<int:pk>/", sessions.session, name="session"),
    path("session/<int:pk>/mark/", sessions.mark, name="mark"),
    path("session/<int:pk>/photos/", sessions.photos, name="photos"),
    path("session/<int:pk>/void/", sessions.void, name="void"),
]
