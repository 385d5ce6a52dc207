"""Application entry of documents."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Registers templates, numbers and papers."""

    name = "pingzhan.foundation.documents"
    label = "documents"
    verbose_name = _("公文")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register settings, the sentences of the trail, and the tables nobody may change."""
        from pingzhan.foundation.audit.grants import register_append_only
        from pingzhan.foundation.documents import fonts, rules, verbs
        from pingzhan.foundation.options.registry import Option, register_option

        register_option(
            Option(
                key=rules.TWO_PERSONS,
                label=_("公文由拟稿人以外的人签发"),
                group=_("公文"),
                kind="bool",
                default=True,
            )
        )
        fonts.register_options()
        register_append_only("documents.IssuedPaper")
        register_append_only("documents.TemplateVersion")
        verbs.register()
