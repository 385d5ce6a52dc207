"""Application entry of photographs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhotosConfig(AppConfig):
    """The table of photographs; modules make their owners known by ``owners.register_owner``."""

    name = "pingzhan.foundation.photos"
    label = "photos"
    verbose_name = _("照片")
    default_auto_field = "django.db.models.BigAutoField"
