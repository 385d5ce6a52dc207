"""Addresses of 方案预案."""

from django.urls import path

from pingzhan.pages.company.plans import acts, views

app_name = "plans"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/<slug:kind>/edit/", acts.edit, name="edit"),
    path("<int:pk>/<slug:kind>/confirm/", acts.confirm, name="confirm"),
    path("plan/<int:pk>/", views.plan, name="plan"),
    path("plan/<int:pk>/submit/", acts.submit, name="submit"),
    path("plan/<int:pk>/decide/", acts.decide, name="decide"),
]
