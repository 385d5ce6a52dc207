"""Addresses of 值班台."""

from django.urls import path

from pingzhan.pages.console.duty import answers, seats, views

app_name = "duty"
urlpatterns = [
    path("", views.board, name="board"),
    path("fragment/", views.fragment, name="fragment"),
    path("log/", views.log, name="log"),
    path("group/<str:code>/", views.group, name="group"),
    path("seat/<int:pk>/", seats.seat, name="seat"),
    path("seat/<int:pk>/phone/", seats.phone, name="phone"),
    path("seat/<int:pk>/replace/", seats.replace, name="replace"),
    path("seat/<int:pk>/urge/", seats.urge, name="urge"),
    path("seat/<int:pk>/put-back/", answers.put_back, name="put_back"),
    path("code/", answers.code, name="code"),
    path("arrival/", answers.arrival, name="arrival"),
    path("post/<str:code>/", seats.post, name="post"),
    path("post/<str:code>/fill/", seats.fill, name="fill"),
]
