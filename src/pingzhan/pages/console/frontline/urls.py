"""Addresses of 包保与下沉一线."""

from django.urls import path

from pingzhan.pages.console.frontline import mine, places, proposal, views, visits

app_name = "frontline"
urlpatterns = [
    path("", views.index, name="index"),
    path("officials/", views.officials, name="officials"),
    path("map/", views.plan, name="map"),
    path("enterprise/<int:pk>/", views.enterprise, name="enterprise"),
    path("propose/", proposal.review, name="propose"),
    path("adopt/", proposal.adopt, name="adopt"),
    path("places/", places.index, name="places"),
    path("places/<int:pk>/", places.edit, name="place"),
    path("presence/", places.presence, name="presence"),
    path("arrive/<int:pk>/", mine.arrive, name="arrive"),
    path("mine/", mine.index, name="mine"),
    path("visits/<int:pk>/", visits.firm, name="visit"),
    path("visits/void/<int:pk>/", visits.void, name="void_visit"),
]
