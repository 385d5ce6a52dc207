"""Addresses of returns."""

from django.urls import path

from pingzhan.pages.company.returnees import acts, views

app_name = "returnees"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/new/", acts.new, name="new"),
    path("<int:pk>/invite/", acts.invite, name="invite"),
    path("one/<int:pk>/", views.detail, name="detail"),
    path("one/<int:pk>/correct/", acts.correct, name="correct"),
    path("one/<int:pk>/link/", acts.link, name="link"),
    path("one/<int:pk>/observe/", acts.observe, name="observe"),
    path("one/<int:pk>/recheck/", acts.recheck, name="recheck"),
    path("one/<int:pk>/post/", acts.post, name="post"),
    path("one/<int:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path("one/<int:pk>/override/", acts.override, name="override"),
]
