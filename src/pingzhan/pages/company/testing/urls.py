"""Addresses of 核酸检测 of an enterprise."""

from django.urls import path

from pingzhan.pages.company.testing import exempting, views

app_name = "testing"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/exemptions/", exempting.index, name="exemptions"),
    path("<int:pk>/exemptions/add/", exempting.add, name="exempt"),
    path("<int:pk>/exemptions/<int:number>/end/", exempting.end, name="exempt_end"),
    path("<int:pk>/held/", views.held, name="held"),
    path("<int:pk>/round/<int:number>/", views.chase, name="chase"),
]
