"""What canteens make known to the machine when the application is ready."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.sanitation import canteen_duties, canteen_listing, canteen_rights, canteen_verbs
from pingzhan.domain.sanitation.queries.kitchen import PHOTOS
from pingzhan.foundation.access.actor import Actor, system_actor

FOLLOW_SECONDS = 30.0
"""How late plans may follow what nobody told of; the commit of a switch wakes the loop at once."""


def follow_loop() -> None:
    """Bring plans of sittings in line with the rules in force."""
    from pingzhan.domain.sanitation.actions.canteen_following import follow_rules

    follow_rules(by=system_actor(_("系统")))


def _may_read(actor: Actor, check_id: int) -> bool:
    return canteen_rights.checks_visible_to(actor).filter(pk=check_id).exists()


def register() -> None:
    """Give the trail its sentences, photographs their owner, obligations their coverage; start following rules."""
    from pingzhan.domain.measures.enums import Evidence
    from pingzhan.domain.obligations.api import register_coverage
    from pingzhan.domain.obligations.events import WAKE_CHANNEL
    from pingzhan.domain.sanitation.importers import kitchen
    from pingzhan.foundation.jobs import register_loop
    from pingzhan.foundation.photos.owners import PhotoOwner, register_owner

    canteen_verbs.register()
    canteen_listing.register()
    kitchen.register()
    register_coverage(Evidence.CANTEEN_PLAN, canteen_duties.covered)
    register_owner(
        PhotoOwner(
            kind=PHOTOS,
            label=gettext_lazy("食堂卫生检查的照片"),
            may_read=_may_read,
            purpose=gettext_lazy("证明食堂清洁、餐具消毒和留样已经做到，供核实和复盘。"),
            days=365,
            least=30,
        )
    )
    register_loop("sanitation.canteens", FOLLOW_SECONDS, follow_loop, wake_on=WAKE_CHANNEL)
