"""Application entry of the pages of the enterprise's day."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompanyConfig(AppConfig):
    """Registers the templates of these pages, and what they offer to the frame."""

    name = "pingzhan.pages.company"
    label = "company"
    verbose_name = _("企业日常")

    def ready(self) -> None:
        """Tell the enterprise's day where its duties are met."""
        from pingzhan.pages.company.canteen import entrance as canteen
        from pingzhan.pages.company.declarations import entrance as declarations
        from pingzhan.pages.company.duty import entrance as firm_duty
        from pingzhan.pages.company.gate import entrance as gate
        from pingzhan.pages.company.health import entrance as health
        from pingzhan.pages.company.incidents import entrance as incidents
        from pingzhan.pages.company.plans import entrance as plans
        from pingzhan.pages.company.production import entrance as production
        from pingzhan.pages.company.returnees import entrance as returnees
        from pingzhan.pages.company.sanitation import entrance as sanitation
        from pingzhan.pages.company.supplies import entrance as supplies
        from pingzhan.pages.company.today import entrance as today
        from pingzhan.pages.company.training import entrance as training

        canteen.register()
        declarations.register()
        gate.register()
        health.register()
        incidents.register()
        plans.register()
        returnees.register()
        supplies.register()
        sanitation.register()
        today.register()
        training.register()
        firm_duty.register()
        production.register()
