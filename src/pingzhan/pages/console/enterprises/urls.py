"""Addresses of 企业."""

from django.urls import path

from pingzhan.pages.console.enterprises import detail, parts, views

app_name = "enterprises"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("risk/", views.batch_risk, name="batch_risk"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/edit/", detail.edit, name="edit"),
    path("<int:pk>/decide/<slug:what>/", detail.decide, name="decide"),
    path("<int:pk>/sites/<int:row>/reopen/", parts.reopen, name="reopen"),
    path("<int:pk>/sites/<int:row>/scope/", parts.scope, name="scope"),
    path("<int:pk>/sites/<int:row>/rooms/", parts.rooms, name="rooms"),
    path("<int:pk>/<slug:kind>/new/", parts.add, name="add"),
    path("<int:pk>/<slug:kind>/<int:row>/", parts.show, name="row"),
    path("<int:pk>/<slug:kind>/<int:row>/edit/", parts.edit, name="edit_row"),
    path("<int:pk>/<slug:kind>/<int:row>/close/", parts.close, name="close"),
]
