"""Addresses of 演练复盘."""

from django.urls import path

from pingzhan.pages.console.drills import acts, handing, making, reporting, reviews, views

app_name = "drills"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", making.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/live/", views.live, name="live"),
    path("<int:pk>/edit/", making.edit, name="edit"),
    path("<int:pk>/inject/", making.inject, name="inject"),
    path("<int:pk>/start/", acts.start, name="start"),
    path("<int:pk>/end/", acts.end, name="end"),
    path("<int:pk>/cancel/", acts.cancel, name="cancel"),
    path("<int:pk>/report/", reporting.report, name="report"),
    path("<int:pk>/report.<str:suffix>", reporting.report_file, name="report_file"),
    path("inject/<int:pk>/fire/", acts.fire, name="fire"),
    path("inject/<int:pk>/remove/", acts.remove, name="remove"),
    path("inject/<int:pk>/score/", acts.score, name="score"),
    path("reviews/", reviews.index, name="reviews"),
    path("reviews/<int:pk>/", reviews.review, name="review"),
    path("reviews/<int:pk>/write/", reviews.write, name="review_write"),
    path("reviews/<int:pk>/action/", reviews.action, name="review_action"),
    path("reviews/<int:pk>/handover/", reviews.handover, name="review_handover"),
    path("reviews/<int:pk>/handover/<str:code>/", handing.note, name="handover"),
    path("reviews/<int:pk>/done/", reviews.done, name="review_done"),
    path("reviews/<int:pk>/file/", reviews.file_away, name="review_file"),
    path("reviews/<int:pk>/paper.<str:suffix>", reviews.paper, name="review_paper"),
]
