"""Addresses of 防控物资."""

from django.urls import path

from pingzhan.pages.company.supplies import buying, counting, moving, views

app_name = "supplies"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/history/", views.history, name="history"),
    path("<int:pk>/move/<slug:kind>/", moving.move, name="move"),
    path("entry/<int:pk>/reverse/", moving.reverse, name="reverse"),
    path("<int:pk>/count/", counting.count, name="count"),
    path("<int:pk>/same/", counting.same, name="same"),
    path("<int:pk>/purchases/", buying.purchases, name="purchases"),
    path("<int:pk>/purchases/draft/", buying.draft, name="draft"),
    path("purchase/<int:pk>/", buying.purchase, name="purchase"),
    path("purchase/<int:pk>/arrive/", buying.arrive, name="arrive"),
]
