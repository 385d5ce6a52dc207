"""Addresses of 职工."""

from django.urls import path

from pingzhan.pages.console.workers import acts, alike, detail, views

app_name = "workers"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", acts.new, name="new"),
    path("bulk/", acts.bulk, name="bulk"),
    path("alike/", alike.index, name="alike"),
    path("alike/<int:first>/<int:second>/", alike.decide, name="decide"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/person/", acts.person, name="person"),
    path("<int:pk>/terms/", acts.terms, name="terms"),
    path("<int:pk>/move/", acts.move, name="move"),
    path("<int:pk>/leave/", acts.leave, name="leave"),
    path("<int:pk>/back/", acts.back, name="back"),
]
