"""Addresses of 后台任务."""

from django.urls import path

from pingzhan.pages.console.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:run_id>/", views.detail, name="detail"),
    path("<int:run_id>/progress/", views.progress, name="progress"),
    path("<int:run_id>/cancel/", views.cancel, name="cancel"),
    path("<int:run_id>/retry/", views.retry, name="retry"),
]
