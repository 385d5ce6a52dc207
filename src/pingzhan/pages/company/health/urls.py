"""Addresses of 健康."""

from django.urls import path

from pingzhan.pages.company.health import cases, correcting, telling, views

app_name = "health"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/normal/<int:team>/", views.normal, name="normal"),
    path("<int:pk>/team/<int:team>/", views.team, name="team"),
    path("<int:pk>/correct/", correcting.correct, name="correct"),
    path("<int:pk>/cases/", cases.index, name="cases"),
    path("<int:pk>/link/", telling.link, name="link"),
    path("report/<int:pk>/", telling.settle, name="settle"),
    path("case/<int:pk>/", cases.case, name="case"),
]
