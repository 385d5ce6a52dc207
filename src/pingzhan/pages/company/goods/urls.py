"""Addresses of 货物静置."""

from django.urls import path

from pingzhan.pages.company.goods import lots, views

app_name = "goods"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/new/", lots.new, name="new"),
    path("lot/<int:pk>/", lots.detail, name="lot"),
    path("lot/<int:pk>/<slug:act>/", lots.act, name="act"),
]
