"""Addresses of 混管追阳."""

from django.urls import path

from pingzhan.pages.console.pursuits import views

app_name = "pursuits"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/controlled/", views.controlled, name="controlled"),
    path("<int:pk>/reported/", views.reported, name="reported"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/release/<int:hold>/", views.release, name="release"),
    path("proposal/<int:pk>/", views.decide, name="decide"),
]
