"""Addresses of 督办."""

from django.urls import path

from pingzhan.pages.console.orders import acting, bulk, giving, meetings, views

app_name = "orders"
urlpatterns = [
    path("", views.index, name="index"),
    path("quick/", giving.quick, name="quick"),
    path("new/", giving.new, name="new"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("batches/<int:pk>/", bulk.batch, name="batch"),
    path("meetings/", meetings.index, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting_new"),
    path("meetings/<int:pk>/", meetings.detail, name="meeting"),
    path("meetings/<int:pk>/edit/", meetings.edit, name="meeting_edit"),
    path("meetings/<int:pk>/decide/", meetings.decide, name="decide"),
    path("meetings/<int:pk>/minutes/", meetings.minutes, name="minutes"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/feedback/", acting.feedback, name="feedback"),
    path("<int:pk>/do/<str:verb>/", acting.act, name="act"),
]
