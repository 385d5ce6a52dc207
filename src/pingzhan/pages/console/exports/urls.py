"""Addresses of 导出."""

from django.urls import path

from pingzhan.pages.console.exports import views

app_name = "exports"
urlpatterns = [
    path("job/<int:pk>/", views.job, name="job"),
    path("job/<int:pk>/state/", views.state, name="state"),
    path("job/<int:pk>/file/", views.file, name="file"),
    path("<str:key>.xlsx", views.direct, {"form": "xlsx"}, name="xlsx"),
    path("<str:key>.csv", views.direct, {"form": "csv"}, name="csv"),
    path("<str:key>/", views.begin, name="begin"),
]
