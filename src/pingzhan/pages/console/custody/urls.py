"""Addresses of 样本流转."""

from django.urls import path

from pingzhan.pages.console.custody import acting, paper, views

app_name = "custody"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.tubes, name="tubes"),
    path("<int:pk>/missing/", views.missing, name="missing"),
    path("<int:pk>/doubts/", views.doubts, name="doubts"),
    path("<int:pk>/boxes/", views.boxes, name="boxes"),
    path("<int:pk>/paper/", paper.enter, name="paper"),
    path("<int:pk>/racks/", paper.racks, name="racks"),
    path("tube/<int:pk>/", views.tube, name="tube"),
    path("box/<int:pk>/", acting.box, name="box"),
    path("box/<int:pk>/give/", acting.give, name="give"),
    path("doubt/<int:pk>/settle/", acting.settle, name="settle"),
]
