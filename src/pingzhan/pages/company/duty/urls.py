"""Addresses of 企业值守."""

from django.urls import path

from pingzhan.pages.company.duty import drills, team, views, week

app_name = "firm_duty"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/week/", week.edit, name="week"),
    path("<int:pk>/copy/", week.copy, name="copy"),
    path("<int:pk>/kept/", week.kept, name="kept"),
    path("<int:pk>/team/", team.firm_team, name="team"),
    path("<int:pk>/team/right/", team.right, name="team_right"),
    path("member/<int:pk>/leave/", team.leave, name="leave"),
    path("<int:pk>/drills/", drills.book, name="drills"),
    path("<int:pk>/drills/new/", drills.new, name="drill_new"),
    path("drill/<int:pk>/", drills.drill, name="drill"),
    path("drill/<int:pk>/void/", drills.void, name="drill_void"),
]
