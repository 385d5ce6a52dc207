"""Addresses of 食堂."""

from django.urls import path

from pingzhan.pages.company.canteen import acts, hygiene, views

app_name = "canteen"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/hygiene/", hygiene.hygiene, name="hygiene"),
    path("<int:pk>/meal/", acts.add_meal, name="add_meal"),
    path("<int:pk>/keep/", acts.keep, name="keep"),
    path("meal/<int:pk>/", acts.change_meal, name="change_meal"),
    path("meal/<int:pk>/end/", acts.end_meal, name="end_meal"),
    path("meal/<int:pk>/propose/", acts.propose, name="propose"),
    path("plan/<int:pk>/", views.plan, name="plan"),
    path("plan/<int:pk>/publish/", acts.publish, name="publish"),
    path("line/<int:pk>/move/", acts.move, name="move"),
    path("check/<int:pk>/", hygiene.check, name="check"),
    path("check/<int:pk>/correct/", hygiene.correct, name="correct"),
]
