"""Forms of returns. The same questions whoever answers them: the contact or the worker on his telephone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.people import api as people
from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.returnees.enums import (
    ContactKind,
    IsolationPlace,
    Outcome,
    State,
    SymptomKind,
    TestMethod,
    TestResult,
    Travel,
)
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Invalid

STAYS, TESTS = 3, 2
ALL = gettext_lazy("全部")
NONE = gettext_lazy("没有")
SHOWS = (("open", gettext_lazy("办理中")), ("done", gettext_lazy("已办结")), ("all", ALL))
#: The field that an action's place names is the first of its group.
PLACES = {
    "stays": "end_0",
    "place": "place_0",
    "met": "met_last",
    "tests": "test_on_0",
    "isolations": "isolated_to",
    "episodes": "ended",
}


def day_field(label: Any, *, required: bool = False, **more: Any) -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        **more,
    )


def _text(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    attrs = {"autocomplete": "off", **more.pop("attrs", {})}
    return forms.CharField(label=label, required=required, widget=forms.TextInput(attrs=attrs), **more)


def _choice(label: Any, choices: Any, *, empty: Any = NONE, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", empty), *choices], **more)


class FilterForm(forms.Form):
    """What the ledger is narrowed to."""

    unit = forms.ChoiceField(label=gettext_lazy("企业"), required=False)
    outcome = _choice(gettext_lazy("判定"), Outcome.choices, empty=ALL)
    state = _choice(gettext_lazy("进度"), State.choices, empty=ALL)
    show = forms.ChoiceField(label=gettext_lazy("范围"), required=False, choices=SHOWS, initial="open")

    def __init__(self, *args: Any, firms: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["unit"]
        assert isinstance(units, forms.ChoiceField)
        units.choices = [("", ALL), *firms]
        if len(firms) < 2:
            del self.fields["unit"]


class DeclareForm(forms.Form):
    """Where he was, whom he met, how he is, what tests said. Only the first place is required.

    ``known`` maps names on the list of key regions to codes.
    """

    travel = _choice(gettext_lazy("返程方式"), Travel.choices, empty=gettext_lazy("请选择"))
    met_kind = _choice(gettext_lazy("接触情况"), ContactKind.choices)
    met_last = day_field(gettext_lazy("最后接触日期"))
    symptoms = forms.MultipleChoiceField(
        label=gettext_lazy("症状"),
        required=False,
        choices=SymptomKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    since = day_field(gettext_lazy("症状开始日期"))
    ended = forms.DateTimeField(
        label=gettext_lazy("症状消失时间"),
        required=False,
        help_text=gettext_lazy("还没有消失的不填。"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    cleared = day_field(gettext_lazy("医院确认排除的日期"))
    isolated_from = day_field(gettext_lazy("开始隔离的日期"))
    isolated_to = day_field(gettext_lazy("隔离的最后一天"))
    isolated_in = _choice(gettext_lazy("隔离方式"), IsolationPlace.choices)
    doses = forms.IntegerField(
        label=gettext_lazy("接种疫苗剂次"),
        required=False,
        min_value=0,
        max_value=10,
        help_text=gettext_lazy("可以不填。"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, known: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        for n in range(STAYS):
            first = n == 0
            self.fields[f"place_{n}"] = _text(
                gettext_lazy("到过的地方"),
                required=first,
                max_length=60,
                help_text=gettext_lazy("从省份写起，写到县（市、区），或填六位区划代码。") if first else "",
                attrs={"list": "known-places"},
            )
            self.fields[f"begin_{n}"] = day_field(gettext_lazy("到达日期"), required=first)
            self.fields[f"end_{n}"] = day_field(gettext_lazy("离开日期"), required=first)
        for n in range(TESTS):
            self.fields[f"test_on_{n}"] = day_field(gettext_lazy("检测日期"))
            self.fields[f"test_method_{n}"] = forms.ChoiceField(
                label=gettext_lazy("检测方式"), required=False, choices=TestMethod.choices
            )
            self.fields[f"test_result_{n}"] = _choice(gettext_lazy("检测结果"), TestResult.choices)

    def stay_rows(self) -> Iterator[list[BoundField]]:
        """Yield the fields of each place."""
        return self._rows(("place", "begin", "end"), STAYS)

    def test_rows(self) -> Iterator[list[BoundField]]:
        """Yield the fields of each test."""
        return self._rows(("test_on", "test_method", "test_result"), TESTS)

    def _rows(self, names: tuple[str, ...], count: int) -> Iterator[list[BoundField]]:
        for n in range(count):
            yield [self[f"{name}_{n}"] for name in names]

    def fields_of(self, *names: str) -> list[BoundField]:
        """Return some fields in order."""
        return [self[name] for name in names]

    @property
    def contact_fields(self) -> list[BoundField]:
        """Return the questions about contacts."""
        return self.fields_of("met_kind", "met_last")

    @property
    def symptom_fields(self) -> list[BoundField]:
        """Return the questions about symptoms."""
        return self.fields_of("symptoms", "since", "ended", "cleared")

    @property
    def isolation_fields(self) -> list[BoundField]:
        """Return the questions about isolation."""
        return self.fields_of("isolated_in", "isolated_from", "isolated_to", "doses")

    def opens(self, names: list[BoundField]) -> bool:
        """Return whether a folded part has something to show: an answer or a refusal."""
        return any(field.errors or field.value() for field in names)

    @property
    def opens_contacts(self) -> bool:
        """Return whether the part about contacts is open."""
        return self.opens(self.contact_fields)

    @property
    def opens_symptoms(self) -> bool:
        """Return whether the part about symptoms is open."""
        return self.opens(self.symptom_fields)

    @property
    def opens_isolation(self) -> bool:
        """Return whether the part about isolation is open."""
        return self.opens(self.isolation_fields)

    @property
    def opens_tests(self) -> bool:
        """Return whether the part about tests is open."""
        return any(row[0].errors or row[0].value() or row[2].errors for row in self.test_rows())

    @property
    def opens_more_stays(self) -> bool:
        """Return whether further places are shown."""
        return any(self.opens(row) for n, row in enumerate(self.stay_rows()) if n)

    def clean(self) -> dict[str, Any]:
        """Refuse answers that say half of something."""
        data = super().clean() or {}
        for n in range(STAYS):
            self._whole(data, f"place_{n}", (f"begin_{n}", f"end_{n}"), _("请填写日期。"))
        self._whole(data, "met_kind", ("met_last",), _("请填写最后接触日期。"))
        self._whole(data, "symptoms", ("since",), _("请填写症状开始日期。"))
        self._whole(data, "isolated_in", ("isolated_from", "isolated_to"), _("请填写隔离的日期。"))
        for n in range(TESTS):
            self._whole(data, f"test_result_{n}", (f"test_on_{n}",), _("请填写检测日期。"))
            self._whole(data, f"test_on_{n}", (f"test_result_{n}",), _("请填写检测结果。"))
        return data

    def _whole(self, data: dict[str, Any], head: str, rest: tuple[str, ...], words: str) -> None:
        if data.get(head):
            for name in rest:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)

    def declared(self) -> returnees.Declared:
        """Return the answers. Raises Invalid for a place that nobody knows."""
        data = self.cleaned_data
        stays = []
        for n in range(STAYS):
            if data[f"place_{n}"]:
                code, name = returnees.read_place(data[f"place_{n}"], self.known, place=f"place_{n}")
                stays.append(returnees.Stay(code, name, data[f"begin_{n}"], data[f"end_{n}"]))
        met = (
            (returnees.Met(returnees.Contact(data["met_kind"]), data["met_last"]),)
            if data["met_kind"]
            else ()
        )
        isolations = (
            (
                returnees.Isolation(
                    data["isolated_from"], data["isolated_to"], returnees.Place(data["isolated_in"])
                ),
            )
            if data["isolated_in"]
            else ()
        )
        facts = returnees.Facts(
            stays=tuple(stays),
            met=met,
            tests=tests_of(data, TESTS),
            isolations=isolations,
            episodes=tuple(
                returnees.Episode(returnees.Symptom(kind), data["since"], local(data["ended"]))
                for kind in data["symptoms"]
            ),
            cleared=data["cleared"],
        )
        return returnees.Declared(facts, doses=data["doses"])

    def journey(self, declared: returnees.Declared, return_on: date) -> returnees.Journey:
        """Return the journey: he comes from the place he left last."""
        last = max(declared.facts.stays, key=lambda one: one.end)
        return returnees.Journey(return_on, last.code, last.name, self.cleaned_data["travel"])


def tests_of(data: dict[str, Any], count: int) -> tuple[returnees.Swab, ...]:
    """Return the tests that were entered in numbered fields."""
    return tuple(
        returnees.Swab(
            data[f"test_on_{n}"],
            returnees.Result(data[f"test_result_{n}"]),
            returnees.Method(data[f"test_method_{n}"] or "nucleic"),
        )
        for n in range(count)
        if data[f"test_result_{n}"]
    )


def local(moment: datetime | None) -> datetime | None:
    """Return a time that a form has read as local time without zone."""
    return timezone.localtime(moment).replace(tzinfo=None) if moment is not None else None


def initial_of(opened: returnees.Opened) -> dict[str, Any]:
    """Return what the form shows of a declaration that is to be corrected."""
    facts = opened.declared.facts
    found: dict[str, Any] = {}
    for n, stay in enumerate(facts.stays[:STAYS]):
        found |= {
            f"place_{n}": f"{stay.code} {stay.name}".strip(),
            f"begin_{n}": stay.begin,
            f"end_{n}": stay.end,
        }
    for n, test in enumerate(facts.tests[:TESTS]):
        found |= {
            f"test_on_{n}": test.on,
            f"test_result_{n}": test.result.value,
            f"test_method_{n}": test.method.value,
        }
    for met in facts.met[:1]:
        found |= {"met_kind": met.kind.value, "met_last": met.last}
    for one in facts.isolations[:1]:
        found |= {"isolated_from": one.begin, "isolated_to": one.end, "isolated_in": one.place.value}
    if facts.episodes:
        found |= {
            "symptoms": [one.symptom.value for one in facts.episodes],
            "since": facts.episodes[0].since,
            "ended": facts.episodes[0].ended,
        }
    return {
        **found,
        "cleared": facts.cleared,
        "doses": opened.declared.doses,
        "travel": opened.row.travel,
        "return_on": opened.row.return_on,
    }


def _today() -> date:
    return timezone.localdate()


def find_worker(enterprise: Unit, words: str) -> Employment:
    """Return the one worker of an enterprise who is meant by number or name. Raises Invalid for nobody or several."""
    here = Employment.objects.filter(enterprise=enterprise, left__isnull=True).select_related(
        "individual", "enterprise"
    )
    exact = here.filter(employee_no=words).first()
    if exact is not None:
        return exact
    wanted = people.RosterFilter(words=words, enterprise_id=enterprise.pk)
    found = list(people.roster(here, wanted)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise Invalid(_("有几名职工符合，请填工号。"), place="worker")
    raise Invalid(_("花名册里没有这名在职职工。"), place="worker", hint=_("新职工请先在“职工”中登记。"))


class NewForm(DeclareForm):
    """A new return, entered by the contact."""

    worker = _text(gettext_lazy("职工"), required=True, max_length=60, help_text=gettext_lazy("工号或姓名。"))
    return_on = day_field(gettext_lazy("返岗日期"), required=True, initial=_today)


class CorrectForm(DeclareForm):
    """A return that is declared anew."""

    return_on = day_field(gettext_lazy("返岗日期"), required=True)


class InviteForm(forms.Form):
    """Who is asked to fill in his own return."""

    worker = _text(gettext_lazy("职工"), required=True, max_length=60, help_text=gettext_lazy("工号或姓名。"))
    return_on = day_field(gettext_lazy("返岗日期"), required=True, initial=_today)


class SeenForm(forms.Form):
    """What was observed: a test, days of isolation, the end of the symptoms."""

    test_on_0 = day_field(gettext_lazy("检测日期"))
    test_method_0 = forms.ChoiceField(
        label=gettext_lazy("检测方式"), required=False, choices=TestMethod.choices
    )
    test_result_0 = _choice(gettext_lazy("检测结果"), TestResult.choices)
    isolated_from = day_field(gettext_lazy("开始隔离的日期"))
    isolated_to = day_field(
        gettext_lazy("隔离的最后一天"), help_text=gettext_lazy("到今天为止实际隔离的日期。")
    )
    isolated_in = _choice(gettext_lazy("隔离方式"), IsolationPlace.choices)
    gone = forms.DateTimeField(
        label=gettext_lazy("症状消失时间"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    cleared = day_field(gettext_lazy("医院确认排除的日期"))

    def clean(self) -> dict[str, Any]:
        """Refuse an empty form and answers that say half of something."""
        data = super().clean() or {}
        if not self.errors and not any(
            data.get(name) for name in ("test_result_0", "isolated_in", "gone", "cleared")
        ):
            raise forms.ValidationError(_("请至少填写一项观察情况。"))
        if data.get("test_result_0") and not data.get("test_on_0"):
            self.add_error("test_on_0", _("请填写检测日期。"))
        if data.get("isolated_in") and not (data.get("isolated_from") and data.get("isolated_to")):
            self.add_error("isolated_to", _("请填写隔离的日期。"))
        return data

    def seen(self, opened: returnees.Opened) -> returnees.Seen:
        """Return what was observed of this return."""
        data = self.cleaned_data
        gone = local(data["gone"])
        isolations = (
            (
                returnees.Isolation(
                    data["isolated_from"], data["isolated_to"], returnees.Place(data["isolated_in"])
                ),
            )
            if data["isolated_in"]
            else ()
        )
        return returnees.Seen(
            tests=tests_of(data, 1),
            isolations=isolations,
            episodes=tuple(
                returnees.Episode(one.symptom, one.since, gone)
                for one in opened.declared.facts.episodes
                if gone is not None and one.ended is None
            ),
            cleared=data["cleared"],
        )


class RecheckForm(forms.Form):
    """The check on the day of return: temperature, and the test of the day if there is one."""

    temperature = forms.DecimalField(
        label=gettext_lazy("体温（℃）"),
        max_digits=4,
        decimal_places=1,
        error_messages={"invalid": gettext_lazy("请填写数字，例如 36.5。")},
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
    )
    test_on_0 = day_field(gettext_lazy("检测日期"))
    test_method_0 = forms.ChoiceField(
        label=gettext_lazy("检测方式"), required=False, choices=TestMethod.choices
    )
    test_result_0 = _choice(gettext_lazy("检测结果"), TestResult.choices)

    def clean(self) -> dict[str, Any]:
        """Refuse a result without its day."""
        data = super().clean() or {}
        if data.get("test_result_0") and not data.get("test_on_0"):
            self.add_error("test_on_0", _("请填写检测日期。"))
        return data


class OverrideForm(forms.Form):
    """A person decides otherwise than the rules."""

    outcome = forms.ChoiceField(label=gettext_lazy("改判为"), choices=Outcome.choices)
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=200,
        help_text=gettext_lazy("写明研判意见和依据，不写个人信息。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
