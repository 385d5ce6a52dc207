"""Addresses of 信息报告."""

from django.urls import path

from pingzhan.pages.console.reports import files, views, writing, zero

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", writing.detail, name="detail"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/recount/", writing.recount, name="recount"),
    path("<int:pk>/sign/", writing.sign, name="sign"),
    path("<int:pk>/correct/", writing.correct, name="correct"),
    path("<int:pk>/file.<slug:suffix>", writing.paper, name="paper"),
    path("due/<int:pk>/draft/", writing.start, name="start"),
    path("due/<int:pk>/drop/", writing.drop, name="drop"),
    path("daily/", writing.daily, name="daily"),
    path("zero/", zero.board, name="zero"),
    path("zero/ask/", zero.ask, name="ask_zero"),
    path("zero/<int:pk>/urge/", zero.urge, name="urge"),
    path("zero/line/<int:pk>/phone/", zero.phone, name="phone"),
    path("mine/", views.mine, name="mine"),
    path("mine/<int:pk>/", zero.tap, name="tap"),
    path("forms/", views.forms, name="forms"),
    path("forms/<slug:key>.<slug:suffix>", files.form, name="form"),
    path("alert/<int:pk>.xml", files.alert, name="alert"),
]
