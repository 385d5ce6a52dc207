"""Addresses of 账号与角色."""

from django.urls import path

from pingzhan.pages.console.staff import invitations, views

app_name = "staff"
urlpatterns = [
    path("", views.index, name="index"),
    path("open/", views.open_account, name="open"),
    path("<int:user_id>/", views.detail, name="detail"),
    path("<int:user_id>/link/", views.issue_link, name="link"),
    path("<int:user_id>/active/", views.set_active, name="active"),
    path("<int:user_id>/grant/", views.grant, name="grant"),
    path("grants/<int:grant_id>/revoke/", views.revoke, name="revoke"),
    path("<int:user_id>/unlock/", views.unlock, name="unlock"),
    path("<int:user_id>/factors/reset/", views.reset_factors, name="reset_factors"),
    path("invitations/", invitations.index, name="invitations"),
    path("invitations/propose/", invitations.propose, name="invite"),
    path("invitations/approve/", invitations.approve, name="approve"),
    path("invitations/issue/", invitations.issue, name="issue"),
    path("invitations/<int:invitation_id>/withdraw/", invitations.withdraw, name="withdraw"),
    path("<int:user_id>/person/", views.tie, name="tie"),
]
