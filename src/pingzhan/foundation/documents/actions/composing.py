"""From what a caller says to what stands on the paper; what may not stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from pingzhan.foundation.documents.content import Block, Heading, PaperContent, Paragraph, Table
from pingzhan.foundation.documents.enums import Form, NumberForm, PaperKind, Secrecy, Urgency
from pingzhan.foundation.documents.models import Organ, Series
from pingzhan.kernel import zhpunct
from pingzhan.kernel.errors import Invalid

_CLASSIFIED = re.compile(r"(?:绝密|机密|秘密)\s*(?:★|\*)")
_ANY_CLASSIFIED = re.compile(r"^\s*(?:绝密|机密|秘密)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Wording:
    """What an author decides of a paper; the rest follows from the issuing organ."""

    kind: PaperKind
    title: str
    blocks: tuple[Block, ...]
    recipients: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    copy_to: tuple[str, ...] = ()
    note: str = ""
    signer: str = ""
    urgency: Urgency = Urgency.NONE
    secrecy: Secrecy = Secrecy.NONE
    cosigners: tuple[str, ...] = field(default=())


def compose(organ: Organ, wording: Wording) -> PaperContent:
    """Return the paper, its punctuation full-width. Raises Invalid for what no paper of this system may be."""
    title = _fixed(wording.title).strip()
    if not title:
        raise Invalid(_("公文要有标题。"), place=_("标题"))
    if not wording.blocks:
        raise Invalid(_("公文要有正文。"), place=_("正文"))
    _refuse_secrets([title, wording.note, *(_text(one) for one in wording.blocks)])
    series = Series.objects.filter(organ=organ, kinds__contains=[wording.kind]).order_by("pk").first()
    bulletin = wording.kind.form is Form.BRIEF
    mark = organ.name if wording.kind.form is Form.LETTER else organ.mark
    if bulletin:
        named = series is not None and series.form == NumberForm.ISSUE
        mark = series.code if named and series is not None else str(wording.kind.label)
    return PaperContent(
        kind=wording.kind,
        title=title,
        blocks=tuple(_fix_block(one) for one in wording.blocks),
        organs=(organ.name, *_clean(wording.cosigners)),
        mark=mark,
        recipients=_clean(wording.recipients),
        attachments=_clean(wording.attachments),
        copy_to=_clean(wording.copy_to),
        note=_fixed(wording.note).strip().strip("\uff08\uff09"),
        signer=wording.signer.strip() if wording.kind.goes_up else "",
        urgency=wording.urgency,
        secrecy=wording.secrecy,
        printer=organ.printer,
    )


def _clean(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(_fixed(line).strip().rstrip("\uff1a。") for line in lines if line.strip())


def _fixed(text: str) -> str:
    return zhpunct.fix(text)


def _fix_block(block: Block) -> Block:
    match block:
        case Paragraph(text):
            return Paragraph(_fixed(text))
        case Heading():
            return replace(block, text=_fixed(block.text), rest=_fixed(block.rest))
        case Table(rows):
            return Table(tuple(tuple(_fixed(cell) for cell in row) for row in rows))


def _text(block: Block) -> str:
    match block:
        case Paragraph(text):
            return text
        case Heading(_, text, rest):
            return text + rest
        case Table(rows):
            return "\n".join(cell for row in rows for cell in row)


def _refuse_secrets(texts: Sequence[str]) -> None:
    """Refuse marks of state secrets: Guarding State Secrets Law, article 31, bars them from such systems."""
    if any(_CLASSIFIED.search(text) or _ANY_CLASSIFIED.search(text) for text in texts):
        raise Invalid(
            _("涉密公文不得在本系统拟写、编号或保存。"),
            hint=_("请按保密规定在涉密计算机上办理，并删除这里的内容。"),
            code="classified",
        )
