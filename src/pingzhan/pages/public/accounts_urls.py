"""Addresses of sign-in: only what a zone without mail needs of allauth."""

from __future__ import annotations

from allauth.account import views
from django.urls import path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    # allauth links to it; the adapter answers that sign-up is closed.
    path("signup/", views.signup, name="account_signup"),
]
