"""Addresses of 今日要办."""

from django.urls import path

from pingzhan.pages.company.today import acts, views

app_name = "today"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/fragment/", views.fragment, name="fragment"),
    path("<int:pk>/zero/", views.zero, name="zero"),
    path("<int:pk>/proof/<int:obligation>/", views.proof, name="proof"),
    path("<int:pk>/notices/", views.notices, name="notices"),
    path("<int:pk>/tap/", acts.tap, name="tap"),
    path("<int:pk>/quiet/", acts.quiet, name="quiet"),
]
