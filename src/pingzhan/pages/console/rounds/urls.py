"""Addresses of 核酸检测 on the zone's side."""

from django.urls import path

from pingzhan.pages.console.rounds import (
    acting,
    covering,
    members,
    phones,
    probes,
    replanning,
    staff,
    views,
)

app_name = "rounds"
urlpatterns = [
    path("", views.index, name="index"),
    path("make/", acting.make, name="make"),
    path("open/", acting.open_extra, name="open"),
    path("probes/", probes.index, name="probes"),
    path("probes/add/", probes.add, name="probe_add"),
    path("teams/", staff.index, name="staff"),
    path("teams/<int:pk>/", staff.team, name="team"),
    path("teams/<int:pk>/members/", members.index, name="members"),
    path("teams/<int:pk>/members/add/", members.add, name="member_add"),
    path("members/<int:pk>/end/", members.end, name="member_end"),
    path("phones/", phones.index, name="phones"),
    path("phones/issue/", phones.issue, name="phone_issue"),
    path("phones/<int:pk>/team/", phones.give, name="phone_give"),
    path("phones/<int:pk>/renew/", phones.renew, name="phone_renew"),
    path("phones/<int:pk>/stop/", phones.stop, name="phone_stop"),
    path("laboratories/<int:pk>/", staff.laboratory, name="laboratory"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/coverage/", covering.coverage, name="coverage"),
    path("<int:pk>/coverage/<int:unit>/", covering.firm, name="firm"),
    path("<int:pk>/sheets/", views.sheets, name="sheets"),
    path("<int:pk>/count/", acting.count, name="count"),
    path("<int:pk>/plan/", acting.plan, name="plan"),
    path("<int:pk>/replan/", replanning.replan, name="replan"),
    path("<int:pk>/off/", acting.call_off, name="off"),
    path("<int:pk>/start/", acting.start, name="start"),
    path("<int:pk>/close/", acting.close, name="close"),
    path("plan/<int:pk>/adopt/", acting.adopt, name="adopt"),
    path("plan/<int:pk>/stop/", acting.stop, name="stop"),
]
