"""Application entry of audit."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Registers the audit trail and the loop that signs its end."""

    name = "pingzhan.foundation.audit"
    label = "audit"
    verbose_name = _("留痕")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the worker sign the end of the trail now and then, and triggers and rights set after each migrate."""
        from django.core.checks import Tags, register
        from django.db.models.signals import post_migrate, pre_migrate

        from pingzhan.foundation.audit.anchors import ANCHOR_SECONDS, anchor
        from pingzhan.foundation.audit.grants import after_migrate
        from pingzhan.foundation.audit.history import check_columns
        from pingzhan.foundation.audit.triggers import before_migrate
        from pingzhan.foundation.audit.verbs import register_verb
        from pingzhan.foundation.jobs.loops import register_loop

        register_verb(
            "audit.exported",
            _("{actor} 导出了第 {first} 至 {last} 条留痕（{count} 条，{format}）"),
            title=_("导出留痕"),
        )
        register_verb(
            "audit.archived",
            _("{actor} 把第 {first} 至 {last} 条留痕移入归档文件 {file}"),
            title=_("归档留痕"),
        )
        register_verb(
            "audit.verified",
            _("{actor} 核验了留痕：核对 {count} 条，不符 {breaks} 处，锚点证明到第 {anchored} 条"),
            title=_("核验留痕"),
        )
        register_loop("audit-anchor", ANCHOR_SECONDS, anchor)
        register(check_columns, Tags.models)
        pre_migrate.connect(before_migrate, sender=self)
        post_migrate.connect(after_migrate, sender=self)
