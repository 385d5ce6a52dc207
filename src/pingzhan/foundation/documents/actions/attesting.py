"""Records that another part keeps, set as an official paper and given out at once.

Unlike a paper of the register they are not written by a clerk, not signed in the system and take no number of a
series: they carry the number they have where they are kept, and room for seal and signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from pingzhan.foundation.documents.actions.composing import Wording, compose
from pingzhan.foundation.documents.content import Block, PaperContent
from pingzhan.foundation.documents.enums import PaperKind
from pingzhan.foundation.documents.fonts import own_fonts
from pingzhan.foundation.documents.models import Organ
from pingzhan.foundation.documents.pdf import write_pdf
from pingzhan.foundation.documents.word import write_docx
from pingzhan.kernel.errors import Invalid, NotFound


def attested(
    title: str,
    blocks: Sequence[Block],
    *,
    number: str,
    dated: date,
    unit_path: str = "/",
    kind: PaperKind = PaperKind.MINUTES,
    signer: str = "",
) -> PaperContent:
    """Return a record as a paper of the organ of a unit: ``number`` under the head, ``dated`` by the seal.

    ``kind`` decides the layout: a report that goes up names its ``signer``, a daily report has the head of a bulletin.
    The organ is the nearest at or above the unit; for the whole site ('/') the topmost there is. Raises Invalid
    without an organ, and for what no paper may contain.
    """
    organ = _organ(unit_path)
    made = compose(organ, Wording(kind, title, tuple(blocks), signer=signer))
    mark = organ.name if kind is PaperKind.MINUTES else made.mark
    return replace(made, mark=mark, number=number, dated=dated, printed=dated)


def attested_file(content: PaperContent, suffix: str) -> bytes:
    """Return the paper's bytes as 'docx' or 'pdf', the same at each call. NotFound for another suffix."""
    if suffix == "docx":
        return write_docx(content)
    if suffix == "pdf":
        return write_pdf(content, own_fonts()).pdf
    raise NotFound(_("没有这种文件格式。"), code="paper_form")


def _organ(unit_path: str) -> Organ:
    organs = Organ.objects.order_by("unit_path", "pk")
    above = [one for one in organs if unit_path.startswith(one.unit_path)]
    if above:
        nearest: Organ = max(above, key=lambda one: (len(one.unit_path), -one.pk))
        return nearest
    top = min(organs, key=lambda one: (len(one.unit_path), one.pk), default=None)
    if top is None or unit_path != "/":
        raise Invalid(
            _("还没有登记发文机关。"), hint=_("请先在“发文机关和字号”里登记机关。"), code="no_organ"
        )
    return top
