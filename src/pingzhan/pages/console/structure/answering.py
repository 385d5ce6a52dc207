"""The questions of a draft as the page shows them, and what an answer posted from it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import (
    QUERY_ENTERPRISE,
    QUERY_PROJECT,
    FindingKind,
    FindingState,
    Severity,
)
from pingzhan.domain.organisation.models import Finding, Person, Post, ReadEntry, StructureVersion
from pingzhan.foundation.access.actor import Actor
from pingzhan.kernel.errors import Invalid, NotFound
from pingzhan.pages.console.structure.forms import ClassForm, SubstituteForm, WaiveForm
from pingzhan.pages.console.structure.marks import Quote, quotes

#: Findings whose answer needs a form of its own; all others are cured by editing, or waived.
FORMS: Mapping[str, str] = {
    FindingKind.SAME_NAME: "same_name",
    FindingKind.SIMILAR_NAME: "similar",
    FindingKind.NAME_CHOICE: "choice",
    FindingKind.CLASS_UNRESOLVED: "class",
    FindingKind.NO_SUBSTITUTE: "deputies",
    FindingKind.CRITICAL_WITHOUT_SUBSTITUTE: "substitute",
}

#: Of what does not block, this list comes first: it is where 人人有岗位 fails (command.md section 3).
_FIRST = FindingKind.PERSON_WITHOUT_POST

_TONES = {Severity.CRITICAL: "bad", Severity.MAJOR: "warn", Severity.INFO: "info"}


@dataclass(frozen=True)
class SameChoice:
    """One entry of a same-name question with the earlier entries it may be the same person as."""

    entry: ReadEntry
    label: str
    earlier: list[tuple[int, str]]
    chosen: int


@dataclass
class Item:
    """A finding on the page: sentence, places, the form that answers it, and what went wrong before."""

    finding: Finding
    sentence: str
    quotes: list[Quote]
    tone: str
    form_kind: str = ""
    form: forms.Form | None = None
    choices: list[SameChoice] = field(default_factory=list)
    entries: list[ReadEntry] = field(default_factory=list)
    candidates: list[Person] = field(default_factory=list)
    waive_form: WaiveForm | None = None
    error: str = ""
    hint: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether the finding still waits for an answer."""
        return self.finding.state == FindingState.OPEN


@dataclass
class KindGroup:
    """The findings of one kind."""

    kind: str
    label: str
    items: list[Item]
    open_count: int
    tone: str


@dataclass(frozen=True)
class Trouble:
    """An answer that could not be taken: for which finding, what was posted, and why."""

    finding_id: int
    data: QueryDict
    message: str
    hint: str = ""
    waiving: bool = False


def entry_label(entry: ReadEntry) -> str:
    """Return where an entry is listed, with its title."""
    where = api.post_name(entry.group_name, entry.role)
    return f"{where}（{entry.title}）" if entry.title else f"{where}（{_('未写职务')}）"


def _same_choices(view: api.FindingView, data: QueryDict | None) -> list[SameChoice]:
    choices = []
    for n, entry in enumerate(view.entries):
        earlier = [(other.n, entry_label(other)) for other in view.entries[:n]]
        chosen = 0
        posted = data.get(f"same_{entry.n}", "") if data is not None else ""
        if posted.isdecimal():
            chosen = int(posted)
        choices.append(SameChoice(entry, entry_label(entry), earlier, chosen))
    return choices


def _class_initial(view: api.FindingView) -> list[str]:
    text = str(view.finding.subject.get("text", ""))
    words = {QUERY_ENTERPRISE: "包企", QUERY_PROJECT: "包项目"}
    return [query for query, word in words.items() if word in text]


def _item(
    version: StructureVersion, view: api.FindingView, people: list[Person], trouble: Trouble | None
) -> Item:
    finding = view.finding
    item = Item(finding, view.sentence, quotes(version, view), _TONES[Severity(finding.severity)])
    if finding.state != FindingState.OPEN:
        return item
    data = trouble.data if trouble is not None and not trouble.waiving else None
    prefix = f"f{finding.pk}"
    item.form_kind = FORMS.get(finding.kind, "")
    item.entries, item.candidates = view.entries, view.candidates
    if item.form_kind == "same_name":
        item.choices = _same_choices(view, data)
    elif item.form_kind == "class":
        item.form = ClassForm(
            data,
            people=api.assignable_persons(version),
            prefix=prefix,
            initial={"queries": _class_initial(view)},
        )
    elif item.form_kind == "substitute":
        form = SubstituteForm(data, people=api.assignable_persons(version), prefix=prefix)
        # One list of people for all questions, instead of one query for each select box.
        choices = [("", _("请选择"))] + [
            (str(p.pk), f"{p.name}（{p.title}）" if p.title else p.name) for p in people
        ]
        form.fields["person"].widget.choices = choices
        item.form = form
    item.waive_form = WaiveForm(
        trouble.data if trouble is not None and trouble.waiving else None, prefix=f"w{finding.pk}"
    )
    if trouble is not None:
        item.error, item.hint = trouble.message, trouble.hint
    return item


def kind_groups(
    version: StructureVersion, views: list[api.FindingView], trouble: Trouble | None = None
) -> list[KindGroup]:
    """Return the findings of a draft by kind: open ones first, the gravest kind first."""
    people = list(api.assignable_persons(version))
    groups: dict[tuple[str, bool], KindGroup] = {}
    for view in views:
        finding = view.finding
        if finding.state == FindingState.GONE:
            continue
        mine = trouble if trouble is not None and trouble.finding_id == finding.pk else None
        item = _item(version, view, people, mine)
        group = groups.setdefault(
            (finding.kind, item.is_open),
            KindGroup(finding.kind, str(FindingKind(finding.kind).label), [], 0, item.tone),
        )
        group.items.append(item)
        group.open_count += item.is_open
    return sorted(groups.values(), key=lambda group: (group.tone != "bad", group.kind != _FIRST))


def find(version: StructureVersion, pk: int) -> Finding:
    """Return a finding of this version. Raises NotFound for any other."""
    finding = version.findings.filter(pk=pk).first()
    if finding is None:
        raise NotFound(_("没有这个问题，可能已随草稿的修改消除。"))
    finding.version = version
    return finding


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _similar(finding: Finding, data: QueryDict, by: Actor) -> None:
    same = data.get("same", "")
    if same not in ("no", "yes") and _number(same) is None:
        raise Invalid(_("请选择是否同一人。"))
    api.resolve_similar(finding=finding, same=same != "no", keep=_number(same), by=by)


def _choice(version: StructureVersion, finding: Finding, data: QueryDict, by: Actor) -> None:
    chosen = data.get("person", "")
    if chosen == "new":
        api.choose_person(finding=finding, person=None, by=by)
        return
    person = api.assignable_persons(version).filter(pk=_number(chosen) or 0).first()
    if person is None:
        raise Invalid(_("请选定是哪一位，或选“新来的人”。"))
    api.choose_person(finding=finding, person=person, by=by)


def _class(version: StructureVersion, finding: Finding, data: QueryDict, by: Actor) -> None:
    form = ClassForm(data, people=api.assignable_persons(version), prefix=f"f{finding.pk}")
    if not form.is_valid():
        raise Invalid(" ".join(str(e) for errors in form.errors.values() for e in errors))
    api.resolve_class(
        finding=finding,
        queries=form.cleaned_data["queries"],
        persons=list(form.cleaned_data["persons"]),
        by=by,
    )


def _substitute(version: StructureVersion, finding: Finding, data: QueryDict, by: Actor) -> None:
    form = SubstituteForm(data, people=api.assignable_persons(version), prefix=f"f{finding.pk}")
    if not form.is_valid():
        raise Invalid(_("请选择替补人员。"))
    post = Post.objects.filter(version=version, code=finding.subject.get("code", "")).first()
    if post is None:
        raise NotFound(_("这个岗位已经不在草稿里。"))
    api.resolve_substitute(
        version=version,
        post=post,
        person=form.cleaned_data["person"],
        seat_no=int(finding.subject.get("seat", 1)),
        by=by,
    )


def take_answer(request: HttpRequest, version: StructureVersion, finding: Finding, by: Actor) -> None:
    """Carry out the answer posted for a finding. Raises the errors of the action, Invalid for a gap in it."""
    data = request.POST
    kind = FORMS.get(finding.kind, "")
    if kind == "same_name":
        asked = finding.subject.get("entries", [])
        numbers = {n: _number(data.get(f"same_{n}")) for n in asked[1:]}
        if None in numbers.values():
            raise Invalid(_("请逐项选择是否同一人。"))
        api.resolve_same_name(
            finding=finding, same_as={n: to for n, to in numbers.items() if to is not None}, by=by
        )
    elif kind == "similar":
        _similar(finding, data, by)
    elif kind == "choice":
        _choice(version, finding, data, by)
    elif kind == "class":
        _class(version, finding, data, by)
    elif kind == "deputies":
        api.deputies_stand_in(version=version, by=by)
    elif kind == "substitute":
        _substitute(version, finding, data, by)
    else:
        raise Invalid(_("这个问题须在编辑页修改，或写明理由予以豁免。"))
