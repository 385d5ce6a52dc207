"""Application entry of access."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """Registers role grants, the sentences of the trail, and the recording of sign-ins."""

    name = "pingzhan.foundation.access"
    label = "access"
    verbose_name = _("权限")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the sign-in signals."""
        from allauth.account import signals as allauth_signals
        from django.contrib.auth import signals

        from pingzhan.foundation.access import setup, signins, verbs

        signals.user_logged_in.connect(signins.signed_in, dispatch_uid="pingzhan.signed_in")
        signals.user_logged_out.connect(signins.signed_out, dispatch_uid="pingzhan.signed_out")
        signals.user_login_failed.connect(signins.sign_in_failed, dispatch_uid="pingzhan.sign_in_failed")
        allauth_signals.password_changed.connect(
            signins.password_changed, dispatch_uid="pingzhan.password_changed"
        )
        verbs.register()
        setup.register()
