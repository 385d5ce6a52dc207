"""Addresses of 消杀通风."""

from django.urls import path

from pingzhan.pages.company.sanitation import areas, books, entering, views

app_name = "sanitation"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/round/<slug:key>/", entering.round_form, name="round"),
    path("<int:pk>/planned/", entering.planned, name="planned"),
    path("<int:pk>/table/", entering.table, name="table"),
    path("<int:pk>/book/", books.book, name="book"),
    path("<int:pk>/areas/", areas.index, name="areas"),
    path("<int:pk>/areas/new/", areas.new, name="area_new"),
    path("<int:pk>/areas/propose/", areas.propose, name="propose"),
    path("area/<int:pk>/", areas.edit, name="area"),
    path("area/<int:pk>/retire/", areas.retire, name="retire"),
    path("record/<int:pk>/", books.correct, name="correct"),
    path("record/<int:pk>/void/", books.void, name="void"),
]
