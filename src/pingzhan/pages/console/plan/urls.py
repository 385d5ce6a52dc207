"""Addresses of 园区平面图."""

from django.urls import path

from pingzhan.pages.console.plan import views

app_name = "plan"
urlpatterns = [
    path("", views.index, name="index"),
    path("import/", views.import_file, name="import"),
    path("edit/", views.edit, name="edit"),
    path("versions/", views.versions, name="versions"),
    path("restore/", views.restore, name="restore"),
    path("download/", views.download, name="download"),
]
