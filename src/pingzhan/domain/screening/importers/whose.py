"""Whose swab a row of a list is: a worker of the zone, by his number or his document's keyed hash, or anybody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import DocumentKind
from pingzhan.domain.people.models import Employment, Individual, Placement
from pingzhan.domain.screening.actions.intake import Guest
from pingzhan.domain.screening.enums import ProbeWho, RoundKind
from pingzhan.domain.screening.models import Sample, WalkIn
from pingzhan.domain.screening.queries.heads import firms_of
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.imports.spec import Verdict
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import compact


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works in the zone now."""

    individual: int
    employment: int
    enterprise: int
    number: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who does not work in the zone now: his name and document, and where he was swabbed, if that is said.

    ``persons``: what he is numbered by wherever the zone recorded a swab of his, see ``Sample.person``.
    """

    guest: Guest
    digest: bytes
    persons: tuple[int, ...]
    enterprise: int | None


@dataclass(frozen=True, slots=True)
class Swabbed:
    """Whose a recorded tube is: the person as its sample numbers him, his number, the hashes of his documents."""

    person: int
    number: str
    digests: frozenset[bytes]


def known_by(tubes: Collection[int]) -> dict[int, Swabbed]:
    """Return by tube of one person whose it is. Four queries."""
    samples = list(
        Sample.objects.filter(tube_id__in=tubes, refused=0).values_list("tube_id", "person", "employment_id")
    )
    numbers = dict(
        Employment.objects.filter(pk__in={job for _tube, _person, job in samples if job}).values_list(
            "pk", "employee_no"
        )
    )
    digests: dict[int, set[bytes]] = defaultdict(set)
    whole = [person for _tube, person, _job in samples if person > 0]
    for pk, into, digest in (
        Individual.objects.filter(pk__in=whole) | Individual.objects.filter(merged_into__in=whole)
    ).values_list("pk", "merged_into", "id_digest"):
        for key in (pk, into):
            if key is not None and digest is not None:
                digests[key].add(bytes(digest))
    guests = WalkIn.objects.filter(pk__in=[-person for _tube, person, _job in samples if person < 0])
    for pk, digest in guests.values_list("pk", "id_digest"):
        if digest is not None:
            digests[-pk].add(bytes(digest))
    return {
        tube: Swabbed(person, numbers.get(job or 0, ""), frozenset(digests[person]))
        for tube, person, job in samples
    }


class Roster:
    """The people that the rows of a batch may mean, and how a row finds its own. No worker of another zone is in it."""

    def __init__(self, zone: Unit) -> None:
        self.zone = zone
        self._firms: dict[str, list[Unit]] = defaultdict(list)
        self._numbers: dict[tuple[int, str], list[Worker]] = defaultdict(list)
        self._people: dict[int, list[Worker]] = defaultdict(list)
        self._digests: dict[str, bytes] = {}
        self._individuals: dict[bytes, int] = {}
        self._names: dict[int, str] = {}
        self._guests: dict[bytes, list[int]] = defaultdict(list)

    @classmethod
    def load(cls, zone: Unit, rows: Sequence[Mapping[str, Any]]) -> Roster:
        """Read everything that rows (their values) name: enterprises, numbers, documents. Seven queries."""
        made = cls(zone)
        open_ = Unit.objects.filter(pk__in=firms_of(zone)).order_by("pk")
        for unit in open_:
            for text in {compact(unit.name), compact(unit.code)}:
                made._firms[text].append(unit)
        documents = list(dict.fromkeys(row["document"] for row in rows if row["document"]))
        digests = people.document_digests(
            people.read_document(DocumentKind.ID_CARD, one) for one in documents
        )
        made._digests = dict(zip(documents, digests, strict=True))
        for pk, into, digest in Individual.objects.filter(id_digest__in=digests).values_list(
            "pk", "merged_into", "id_digest"
        ):
            made._individuals[bytes(digest or b"")] = into or pk
        for pk, digest in WalkIn.objects.filter(
            id_digest__in=digests, round__zone=zone, round__kind=RoundKind.PROBE
        ).values_list("pk", "id_digest"):
            made._guests[bytes(digest or b"")].append(-pk)
        firms = {unit.pk for units in made._firms.values() for unit in units}
        wanted = [row["number"] for row in rows if row["number"]]
        spelt = {*wanted, *(one.upper() for one in wanted), *(one.lower() for one in wanted)}
        placed = Placement.objects.filter(
            enterprise__in=firms, t1__isnull=True, employment__left__isnull=True
        )
        found = placed.filter(employment__individual__in=set(made._individuals.values())) | placed.filter(
            employment__employee_no__in=spelt
        )
        for individual, employment, enterprise, number in found.order_by("-employment_id").values_list(
            "employment__individual_id", "employment_id", "enterprise_id", "employment__employee_no"
        ):
            one = Worker(individual, employment, enterprise, number)
            made._people[individual].append(one)
            made._numbers[enterprise, compact(number).upper()].append(one)
        if any(row["name"] for row in rows):
            asked = Individual.objects.filter(pk__in=made._people)
            texts = people.opened(asked, fields=("name",))
            made._names = {pk: text.name or "" for pk, text in texts.items()}
        return made

    def persons(self) -> list[int]:
        """Return the persons that the rows may mean, numbered as samples number them."""
        guests = [one for ones in self._guests.values() for one in ones]
        return [*{*self._people, *self._individuals.values()}, *guests]

    def digest(self, document: str) -> bytes:
        """Return the keyed hash of a document of the rows."""
        return self._digests[document]

    def whose(self, values: Mapping[str, Any]) -> Worker | Stranger | Verdict:
        """Return whom a row means, or why it is refused.

        A row that does not say it is of somebody else is of a worker of the zone or refused, in words that are the
        same for a worker of another zone and for nobody.
        """
        firm: Unit | None = None
        if values["enterprise"]:
            units = self._firms.get(compact(values["enterprise"]), [])
            if len(units) > 1:
                return Verdict.refused("enterprise", _("有几家企业叫这个名称，请写企业代码。"))
            if not units:
                return Verdict.refused(
                    "enterprise", _("开发区里没有这家企业，或它已注销；请按企业档案写名称或代码。")
                )
            firm = units[0]
        if values["who"] == ProbeWho.OTHER:
            return self._by_himself(values, firm)
        if values["document"]:
            return self._by_document(values, firm)
        if values["number"]:
            return self._by_number(values, firm)
        return Verdict.refused("document", _("请填写姓名和证件号码，或者企业和工号。"))

    def _by_himself(self, values: Mapping[str, Any], firm: Unit | None) -> Worker | Stranger | Verdict:
        """Return somebody who is on no list of workers; whoever is on one after all is taken for the worker he is."""
        name, document = values["name"], values["document"]
        if values["number"]:
            return Verdict.refused("number", _("其他人员没有工号。请清空工号，或者把“人员”改为“职工”。"))
        if not name or not document:
            column = "document" if name else "name"
            return Verdict.refused(column, _("其他人员请填写姓名和证件号码。"))
        try:
            people.read_name(name)
        except Invalid as error:
            return Verdict.refused("name", f"{error.message}{error.hint}")
        digest = self._digests[document]
        individual = self._individuals.get(digest)
        jobs = self._people.get(individual, []) if individual is not None else []
        if jobs:
            there = [one for one in jobs if firm is not None and one.enterprise == firm.pk]
            return self._named((there or jobs)[0], values)
        known = () if individual is None else (individual,)
        return Stranger(
            Guest(name, document), digest, (*known, *self._guests.get(digest, ())), firm.pk if firm else None
        )

    def _by_number(self, values: Mapping[str, Any], firm: Unit | None) -> Worker | Verdict:
        number = values["number"]
        if firm is None:
            return Verdict.refused("enterprise", _("按工号登记的，请填写企业。"))
        same = self._numbers.get((firm.pk, number.upper()), [])
        exact = [one for one in same if one.number == number] or same
        if len(exact) != 1:
            return Verdict.refused(
                "number",
                _("%(firm)s没有工号 %(what)s 的在职职工，请核对，或先在花名册登记。")
                % {"firm": firm.name, "what": number},
            )
        return self._named(exact[0], values)

    def _by_document(self, values: Mapping[str, Any], firm: Unit | None) -> Worker | Verdict:
        if not values["name"]:
            return Verdict.refused("name", _("按证件号码登记的，请填写姓名。"))
        individual = self._individuals.get(self._digests[values["document"]])
        jobs = self._people.get(individual, []) if individual is not None else []
        if not jobs:
            return Verdict.refused(
                "document",
                _(
                    "开发区在职职工里没有这个证件号码。请核对；新职工先在花名册登记，"
                    "不是职工的在“人员”一列填“其他人员”。"
                ),
            )
        named = self._named(jobs[0], values)
        if not isinstance(named, Worker):
            return named
        if firm is not None:
            jobs = [one for one in jobs if one.enterprise == firm.pk]
            if not jobs:
                return Verdict.refused("enterprise", _("这名职工不在这家企业，请核对或不填企业。"))
        if values["number"]:
            jobs = [one for one in jobs if compact(one.number).upper() == values["number"].upper()]
            if not jobs:
                return Verdict.refused("number", _("工号与这个证件号码的职工不符。"))
        return jobs[0]

    def _named(self, worker: Worker, values: Mapping[str, Any]) -> Worker | Verdict:
        name = values["name"]
        if name and compact(name) != compact(self._names.get(worker.individual, "")):
            return Verdict.refused("name", _("姓名与花名册上的这名职工不符，请核对。"))
        return worker
