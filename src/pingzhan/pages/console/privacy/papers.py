"""The protocol of an erasure as an official document: privacy knows what it says, documents how it is set."""

from __future__ import annotations

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from pingzhan.foundation.documents import papers
from pingzhan.foundation.documents.content import PaperContent
from pingzhan.foundation.privacy import protocol
from pingzhan.foundation.privacy.models import ErasureProtocol


def as_paper(found: ErasureProtocol) -> PaperContent:
    """Return the protocol set as a paper of the unit's organ, always in Chinese. Raises Invalid without an organ.

    It holds what the stored protocol holds: counts, dates, and the names of those who proposed, approved and
    carried out the order; nothing of the persons whose data was destroyed.
    """
    with translation.override("zh-hans"):
        return papers.attested(
            protocol.title(),
            papers.parse(protocol.as_markup(found)),
            number=_("销毁记录第 %(number)d 号") % {"number": found.erasure_id},
            dated=timezone.localdate(found.made_at),
            unit_path=found.erasure.unit_path,
        )
