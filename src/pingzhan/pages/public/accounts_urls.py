"""Addresses of sign-in: only what a zone without mail needs of allauth."""

from __future__ import annotations

from allauth.account import views
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as key
from django.urls import path
from django.views.generic import RedirectView

from pingzhan.pages.public.factors import no_password, remove_key

_security = RedirectView.as_view(pattern_name="security:index")

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    # allauth leads accounts without a password there, of which only invented personas exist.
    path("password/set/", no_password, name="account_set_password"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    # allauth links to it; the adapter answers that sign-up is closed.
    path("signup/", views.signup, name="account_signup"),
    # allauth goes back to its own overviews; ours shows sessions and history too.
    path("2fa/", _security, name="mfa_index"),
    path("2fa/keys/", _security, name="mfa_list_webauthn"),
    path("2fa/authenticate/", factor.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/keys/add/", key.add_webauthn, name="mfa_add_webauthn"),
    path("2fa/keys/reauthenticate/", key.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/keys/<int:pk>/remove/", remove_key, name="mfa_remove_webauthn"),
    path("2fa/keys/<int:pk>/edit/", key.edit_webauthn, name="mfa_edit_webauthn"),
]
