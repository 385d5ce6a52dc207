"""Application entry of the organisation module."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganisationConfig(AppConfig):
    """Registers the organisation tables and tells the access layer who stands behind an account."""

    name = "pingzhan.domain.organisation"
    label = "organisation"
    verbose_name = _("组织架构")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the resolver of the person behind an account, and the trail's sentences."""
        from pingzhan.domain.organisation import rights, verbs
        from pingzhan.domain.organisation.api import person_of_user
        from pingzhan.domain.organisation.queries.reach import addresses_of
        from pingzhan.foundation.access.actor import register_person_resolver
        from pingzhan.foundation.access.factor import register_single_enterprise
        from pingzhan.foundation.access.invitations import register_person_binder
        from pingzhan.foundation.access.rights import register_rights_source
        from pingzhan.foundation.messages import register_addresses

        register_person_resolver(person_of_user)
        register_addresses(addresses_of)
        register_single_enterprise(rights.is_one_enterprise)
        register_person_binder(rights.bind)
        register_rights_source("organisation.responsible", rights.of_person, rights.over_unit)
        verbs.register()
        self._register_personal()

    def _register_personal(self) -> None:
        from pingzhan.domain.organisation import keeping, rules
        from pingzhan.domain.organisation.actions import contacts
        from pingzhan.foundation.privacy.holders import Holder, register_holder, register_kind
        from pingzhan.foundation.privacy.lookup import register_rehash
        from pingzhan.foundation.privacy.reveal import register_revealable

        register_kind(contacts.KIND, _("机关干部和企业联系人"))
        register_holder(
            Holder(
                key="organisation.contacts",
                label=_("机关干部和企业联系人的联系方式"),
                kind=contacts.KIND,
                count=contacts.count_of_subjects,
                scrub=contacts.remove_of_subjects,
                describe=_(
                    "电话、邮箱等联系方式，用于下达通知；销毁时全部删除，姓名和职务属于公务信息，予以保留。"
                ),
            )
        )
        keeping.register()
        register_rehash("organisation.contacts", contacts.rehash)
        register_revealable("contact", rules.revealable_contact)
