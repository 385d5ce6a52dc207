"""Addresses of 门岗."""

from django.urls import path

from pingzhan.pages.company.gate import acts, closing, entering, inviting, views

app_name = "gate"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.firm, name="firm"),
    path("<int:pk>/book/", views.book, name="book"),
    path("<int:pk>/visitor/", entering.visitor, name="visitor"),
    path("<int:pk>/vehicle/", entering.vehicle, name="vehicle"),
    path("<int:pk>/none/", acts.none, name="none"),
    path("<int:pk>/appointments/", inviting.appointments, name="appointments"),
    path("<int:pk>/closing/", closing.closing, name="closing"),
    path("<int:pk>/closing/act/", closing.act, name="close_act"),
    path("<int:pk>/meetings/", closing.meetings, name="meetings"),
    path("visit/<int:pk>/out/", acts.visit_out, name="visit_out"),
    path("visit/<int:pk>/void/", acts.visit_void, name="visit_void"),
    path("vehicle/<int:pk>/out/", acts.vehicle_out, name="vehicle_out"),
    path("vehicle/<int:pk>/clean/", acts.vehicle_clean, name="vehicle_clean"),
    path("vehicle/<int:pk>/void/", acts.vehicle_void, name="vehicle_void"),
    path("appointment/<int:pk>/", inviting.appointment, name="appointment"),
    path("appointment/<int:pk>/decide/", inviting.decide, name="decide"),
    path("appointment/<int:pk>/cancel/", inviting.cancel, name="cancel"),
    path("permit/<int:pk>/end/", closing.permit_end, name="permit_end"),
    path("meeting/<int:pk>/cancel/", closing.meeting_cancel, name="meeting_cancel"),
]
