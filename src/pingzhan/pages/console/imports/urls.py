"""Addresses of 导入."""

from django.urls import path

from pingzhan.pages.console.imports import preview, views

app_name = "imports"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.job, name="job"),
    path("<int:pk>/state/", views.state, name="state"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("<int:pk>/errors/", preview.errors, name="errors"),
    path("<int:pk>/changes/", preview.changes, name="changes"),
    path("<int:pk>/rows/", preview.rows, name="rows"),
    path("<int:pk>/result.xlsx", preview.result, name="result"),
    path("<str:key>/template.xlsx", views.template, name="template"),
    path("<str:key>/", views.begin, name="begin"),
]
