"""Addresses of 我的任务."""

from django.urls import path

from pingzhan.pages.console.tasks import heads, seats, views, work

app_name = "tasks"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("fragment/", views.fragment, name="fragment"),
    path("seat/<int:pk>/confirm/", seats.confirm, name="confirm"),
    path("seat/<int:pk>/arrive/", seats.arrive, name="arrive"),
    path("seat/<int:pk>/decline/", seats.decline, name="decline"),
    path("seat/<int:pk>/put-back/", heads.put_back, name="put_back"),
    path("seat/<int:pk>/name/", heads.name_someone, name="name"),
    path("task/<int:pk>/start/", work.start, name="start"),
    path("task/<int:pk>/feedback/", work.feedback, name="feedback"),
    path("task/<int:pk>/close/", work.close, name="close"),
]
