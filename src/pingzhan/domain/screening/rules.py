"""Who may see and who may do what with testing rounds.

VIEW_SCREENING reads rounds, plans and coverage of a zone; PLAN_SCREENING makes and adopts plans and keeps teams and
laboratories. An enterprise's contact sees the slots of his enterprise by VIEW_LEDGERS and registers exemptions by
KEEP_LEDGERS. ENTER_RESULTS receives tubes and enters results, VIEW_RESULTS reads them.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from pingzhan.domain.screening.enums import RoundKind, RoundState
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    Exemption,
    Hold,
    Laboratory,
    PlanVersion,
    Probe,
    Pursuit,
    ResultRefusal,
    Round,
    SamplingTeam,
    Slot,
    SwitchProposal,
    TeamMember,
    Tube,
)
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require, within
from pingzhan.foundation.access.models import Device, DeviceKind
from pingzhan.foundation.access.roles import Permission

P = Permission
FOLLOWERS = (P.FOLLOW_POSITIVES, P.VIEW_RESULTS, P.VIEW_HEALTH, P.HANDLE_INCIDENTS)
"""Who reads the pursuits of a zone: testing, medical and response groups, the desk and who leads."""


def _zones(field: str, actor: Actor) -> Q:
    return within(field, actor.paths(P.VIEW_SCREENING)) | within(field, actor.paths(P.PLAN_SCREENING))


def screening_zones(actor: Actor) -> QuerySet[Unit]:
    """Return the zones whose testing the actor may look at."""
    return Unit.objects.filter(_zones("path", actor), kind=UnitKind.ZONE).order_by("path")


def rounds_visible_to(actor: Actor) -> QuerySet[Round]:
    """Return the rounds the actor may see; probes, which nobody plans, have a list of their own."""
    return Round.objects.filter(_zones("zone__path", actor)).exclude(kind=RoundKind.PROBE)


PROBING = (P.VIEW_SCREENING, P.PLAN_SCREENING, P.KEEP_SAMPLING)
"""Any of them reads the probes: the testing group and its samplers, never a laboratory."""


def _probing(field: str, actor: Actor) -> Q:
    return within(field, tuple({path for one in PROBING for path in actor.paths(one)}))


def probes_visible_to(actor: Actor) -> QuerySet[Probe]:
    """Return the probes the actor may see, names masked; what was found is for sees_verdicts()."""
    return Probe.objects.filter(_probing("tube__round__zone__path", actor))


def probe_zones(actor: Actor) -> QuerySet[Unit]:
    """Return the zones whose probes the actor may look at."""
    return Unit.objects.filter(_probing("path", actor), kind=UnitKind.ZONE).order_by("path")


def can_probe(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may record a probe: the testing group, and whoever takes swabs."""
    return may_probe(actor, zone.path)


def require_probe(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may record a probe."""
    if not actor.has(P.KEEP_SAMPLING, zone.path):
        require(actor, P.PLAN_SCREENING, zone.path)


def may_probe(actor: Actor, path: str) -> bool:
    """Return whether the actor may record probes for a unit path: can_probe() of an import."""
    return actor.has(P.PLAN_SCREENING, path) or actor.has(P.KEEP_SAMPLING, path)


def require_results(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may enter results in a zone."""
    require(actor, P.ENTER_RESULTS, zone.path)


def versions_visible_to(actor: Actor) -> QuerySet[PlanVersion]:
    """Return the versions of plans the actor may see."""
    return PlanVersion.objects.filter(_zones("round__zone__path", actor))


def laboratories_visible_to(actor: Actor) -> QuerySet[Laboratory]:
    """Return the laboratories the actor may see."""
    return Laboratory.objects.filter(_zones("zone__path", actor))


def teams_visible_to(actor: Actor) -> QuerySet[SamplingTeam]:
    """Return the sampling teams the actor may see."""
    return SamplingTeam.objects.filter(_zones("zone__path", actor))


def phones_visible_to(actor: Actor) -> QuerySet[Device]:
    """Return the sampling phones of the zones whose testing the actor may look at; registers on paper are none."""
    book = Q(enrolled_at__isnull=True, enrol_until__isnull=True, revoked_at__isnull=True)
    return Device.objects.filter(_zones("unit_path", actor), kind=DeviceKind.SAMPLING).exclude(book)


def can_issue_phones(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may hand out, renew and stop the sampling phones of a zone."""
    return actor.has(P.MANAGE_DEVICES, zone.path) and can_see(actor, zone)


def slots_visible_to(actor: Actor) -> QuerySet[Slot]:
    """Return the slots of the enterprises the actor may look at, of rounds that were not cancelled."""
    return Slot.objects.filter(
        within("enterprise__path", actor.paths(P.VIEW_LEDGERS)) | _zones("enterprise__path", actor)
    ).exclude(round__state=RoundState.CANCELLED)


def rounds_told_to(actor: Actor) -> QuerySet[Round]:
    """Return the rounds of whose slots an enterprise of the actor was told; an enterprise sees no other."""
    told = Slot.objects.filter(
        within("enterprise__path", actor.paths(P.VIEW_LEDGERS)), round=OuterRef("pk"), ended_by__isnull=True
    )
    return Round.objects.filter(
        Exists(told), state__in=(RoundState.ADOPTED, RoundState.RUNNING, RoundState.CLOSED)
    )


def firms_seen(actor: Actor, zone: Unit) -> QuerySet[Unit]:
    """Return the enterprises of a zone of which the actor may see who was swabbed."""
    rows = Unit.objects.filter(path__startswith=zone.path, kind=UnitKind.ENTERPRISE)
    if can_see(actor, zone):
        return rows
    return rows.filter(within("path", actor.paths(P.VIEW_LEDGERS)))


def sees_reasons(actor: Actor, enterprise: Unit) -> bool:
    """Return whether the actor may see why somebody of an enterprise is exempt."""
    return actor.has(P.VIEW_HEALTH, enterprise.path)


def members_visible_to(actor: Actor) -> QuerySet[TeamMember]:
    """Return the members of sampling teams the actor may see."""
    return TeamMember.objects.filter(_zones("team__zone__path", actor))


def exemptions_visible_to(actor: Actor) -> QuerySet[Exemption]:
    """Return the exemptions the actor may see: they speak of health, so VIEW_HEALTH is asked."""
    return Exemption.objects.filter(within("enterprise__path", actor.paths(P.VIEW_HEALTH)))


def _results(field: str, actor: Actor) -> Q:
    return within(field, actor.paths(P.ENTER_RESULTS)) | within(field, actor.paths(P.VIEW_RESULTS))


def result_zones(actor: Actor) -> QuerySet[Unit]:
    """Return the zones whose results the actor may look at or enter."""
    return Unit.objects.filter(_results("path", actor), kind=UnitKind.ZONE).order_by("path")


def result_tubes_visible_to(actor: Actor) -> QuerySet[Tube]:
    """Return the tubes whose results the actor may look at or enter."""
    return Tube.objects.filter(_results("round__zone__path", actor))


def refusals_visible_to(actor: Actor) -> QuerySet[ResultRefusal]:
    """Return the results that were not applied, of the zones whose results the actor may look at."""
    return ResultRefusal.objects.filter(_results("zone__path", actor))


def can_enter_results(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may receive tubes and enter results in a zone."""
    return actor.has(P.ENTER_RESULTS, zone.path)


def can_see(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may look at the testing of a zone."""
    return actor.has(P.VIEW_SCREENING, zone.path) or actor.has(P.PLAN_SCREENING, zone.path)


def can_plan(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may plan the testing of a zone."""
    return actor.has(P.PLAN_SCREENING, zone.path)


def require_plan(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may plan the testing of this zone."""
    require(actor, P.PLAN_SCREENING, zone.path)


CUSTODY = (P.VIEW_SCREENING, P.PLAN_SCREENING, P.KEEP_SAMPLING, P.ENTER_RESULTS)
"""Any of them reads where tubes and boxes are."""


def _custody(field: str, actor: Actor) -> Q:
    return within(field, tuple({path for one in CUSTODY for path in actor.paths(one)}))


def custody_zones(actor: Actor) -> QuerySet[Unit]:
    """Return the zones of which the actor may see where tubes and boxes are."""
    return Unit.objects.filter(_custody("path", actor), kind=UnitKind.ZONE).order_by("path")


def custody_rounds(actor: Actor) -> QuerySet[Round]:
    """Return the rounds of which the actor may see where tubes and boxes are."""
    return Round.objects.filter(_custody("zone__path", actor))


def tubes_visible_to(actor: Actor) -> QuerySet[Tube]:
    """Return the tubes the actor may see."""
    return Tube.objects.filter(_custody("round__zone__path", actor))


def boxes_visible_to(actor: Actor) -> QuerySet[Box]:
    """Return the boxes the actor may see."""
    return Box.objects.filter(_custody("round__zone__path", actor))


def conflicts_visible_to(actor: Actor) -> QuerySet[Conflict]:
    """Return the conflicts the actor may see."""
    return Conflict.objects.filter(_custody("round__zone__path", actor))


def can_keep(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may settle conflicts and hand boxes over in a zone."""
    return actor.has(P.KEEP_SAMPLING, zone.path)


def can_take(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may sign for a box in a zone."""
    return can_keep(actor, zone) or actor.has(P.ENTER_RESULTS, zone.path)


def sees_verdicts(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may read what the laboratory said of a tube."""
    return actor.has(P.VIEW_RESULTS, zone.path) or actor.has(P.ENTER_RESULTS, zone.path)


def sees_swabbed(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may know, masked at most, who is in a tube: a laboratory may not."""
    return any(actor.has(one, zone.path) for one in PROBING)


def _followed(field: str, actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for permission in FOLLOWERS:
        condition |= within(field, actor.paths(permission))
    return condition


def pursuits_visible_to(actor: Actor) -> QuerySet[Pursuit]:
    """Return the pursuits of the zones that the actor follows; an enterprise sees its people, not the pursuit."""
    return Pursuit.objects.filter(_followed("zone__path", actor))


def holds_visible_to(actor: Actor) -> QuerySet[Hold]:
    """Return the holds the actor may see: of his enterprises by VIEW_HEALTH, and all of a zone he follows."""
    zones = Pursuit.objects.filter(_followed("zone__path", actor), members__hold=OuterRef("pk"))
    return Hold.objects.filter(
        within("enterprise__path", actor.paths(P.VIEW_HEALTH)) | Q(Exists(zones))
    ).exclude(person=0)


def pursuit_zones(actor: Actor) -> QuerySet[Unit]:
    """Return the zones whose pursuits the actor may look at."""
    return Unit.objects.filter(_followed("path", actor), kind=UnitKind.ZONE).order_by("path")


def can_follow(actor: Actor, zone: Unit) -> bool:
    """Return whether the actor may take the steps of a pursuit."""
    return actor.has(P.FOLLOW_POSITIVES, zone.path)


def require_follow(actor: Actor, zone: Unit) -> None:
    """Raise Refused unless the actor may take the steps of a pursuit."""
    require(actor, P.FOLLOW_POSITIVES, zone.path)


def proposals_visible_to(actor: Actor) -> QuerySet[SwitchProposal]:
    """Return the proposals to switch of the zones the actor follows, and of those he may switch."""
    return SwitchProposal.objects.filter(
        _followed("zone__path", actor) | within("zone__path", actor.paths(P.ORDER_SWITCH))
    )


def can_decide(actor: Actor, proposal: SwitchProposal) -> bool:
    """Return whether the actor may decide a proposal: who may order that switch."""
    return actor.has(P.ORDER_SWITCH, proposal.unit.path)


def require_decide(actor: Actor, proposal: SwitchProposal) -> None:
    """Raise Refused unless the actor may order that switch."""
    require(actor, P.ORDER_SWITCH, proposal.unit.path)
