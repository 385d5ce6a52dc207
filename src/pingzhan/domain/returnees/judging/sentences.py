"""What a reason says, in Chinese and English, with the clause and the version it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pingzhan.domain.returnees.judging.facts import (
    Contact,
    Episode,
    Level,
    Met,
    Outcome,
    Place,
    Reason,
    Symptom,
)
from pingzhan.domain.returnees.judging.regions import Hit
from pingzhan.domain.returnees.judging.rulebook import Demand, Hazard, Notice, Positive, Version

LEVEL_WORDS: dict[Level, tuple[str, str]] = {
    Level.LOW: ("低风险区", "low-risk area"),
    Level.MEDIUM: ("中风险区", "medium-risk area"),
    Level.CONTROL: ("管控区", "control area"),
    Level.KEY: ("重点疫区", "key region"),
    Level.HIGH: ("高风险区", "high-risk area"),
    Level.SEALED: ("封控区", "sealed area"),
}
CONTACT_WORDS: dict[Contact, tuple[str, str]] = {
    Contact.PERSON: ("接触过重点疫区人员", "met somebody from a key region"),
    Contact.SECONDARY: ("是密接的密接", "is a contact of a close contact"),
    Contact.CLOSE: ("是密接人员", "is a close contact"),
}
SYMPTOM_WORDS: dict[Symptom, tuple[str, str]] = {
    Symptom.FEVER: ("发热", "fever"),
    Symptom.COUGH: ("咳嗽", "cough"),
    Symptom.THROAT: ("咽痛", "sore throat"),
    Symptom.FATIGUE: ("乏力", "fatigue"),
    Symptom.SMELL: ("嗅觉或味觉减退", "loss of smell or taste"),
    Symptom.VOMITING: ("呕吐", "vomiting"),
    Symptom.DIARRHOEA: ("腹泻", "diarrhoea"),
    Symptom.RASH: ("皮疹", "rash"),
    Symptom.JOINTS: ("关节痛", "joint pain"),
}
PLACE_WORDS: dict[Place, tuple[str, str]] = {
    Place.CENTRAL: ("集中隔离", "in a central place"),
    Place.HOME: ("居家隔离", "at home"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A part of a sentence in both languages."""

    zh: str
    en: str


def _en_days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"


def contact(met: Met) -> Pair:
    """Return what a contact is, with its last day."""
    zh, en = CONTACT_WORDS[met.kind]
    return Pair(f"{zh}，最后接触在 {met.last}", f"{en}, last contact on {met.last}")


def stay(hit: Hit) -> Pair:
    """Return where he was and how that place stands on the list."""
    zh, en = LEVEL_WORDS[hit.entry.level]
    # The names of places are Chinese; the English sentence gives the code, which is the same in both.
    coarse_zh = "（只填到市级，按其中等级最高的区域判定）" if hit.coarse else ""
    coarse_en = " (only the city is given; judged by its gravest part)" if hit.coarse else ""
    name = hit.stay.name or hit.stay.code
    return Pair(
        f"到过{name}，{hit.entry.name or hit.entry.code}是{zh}{coarse_zh}，最后一天在 {hit.stay.end}",
        f"was in {hit.stay.code}, listed as {en} ({hit.entry.code}){coarse_en}, last day {hit.stay.end}",
    )


@dataclass(frozen=True, slots=True)
class Exposed:
    """An exposure and the rules that ask something because of it; makes the reason for each case."""

    rule: str
    words: Pair
    version: Version
    notice: Notice | None
    demand: Demand | None
    begin: date
    until: date

    def _reason(self, outcome: Outcome, zh: str, en: str, *, by_notice: bool, until: date | None) -> Reason:
        source: Version | Notice = self.version
        if by_notice and self.notice is not None:
            source = self.notice
        return Reason(
            rule=self.rule,
            version=source.key,
            clause_zh=source.zh,
            clause_en=source.en,
            zh=f"{self.words.zh}。{zh}",
            en=f"{self.words.en[0].upper()}{self.words.en[1:]}. {en}",
            outcome=outcome,
            begin=self.begin,
            until=until,
        )

    def isolate(self, left: int) -> Reason:
        """Return the reason while days of isolation are missing."""
        assert self.demand is not None
        zh = "，再".join(f"{PLACE_WORDS[phase.place][0]} {phase.days} 天" for phase in self.demand.phases)
        en = ", then ".join(
            f"{_en_days(phase.days)} {PLACE_WORDS[phase.place][1]}" for phase in self.demand.phases
        )
        return self._reason(
            Outcome.ISOLATE,
            f"应{zh}，还差 {left} 天。",
            f"Isolation asked: {en}; {_en_days(left)} missing.",
            by_notice=False,
            until=self.until,
        )

    def wait(self, lookback: int) -> Reason:
        """Return the reason of the notice's own sentence: not on post for now."""
        return self._reason(
            Outcome.HOLD,
            f"暂缓上岗；隔离期满，或离开、接触已过 {lookback} 天，并且体温、检测正常后方可上岗。",
            f"Not on post for now: first the isolation ends, or {_en_days(lookback)} pass,"
            " and temperature and test are normal.",
            by_notice=True,
            until=self.until,
        )

    def untested(self, missing: int) -> Reason:
        """Return the reason when negative tests are missing."""
        return self._reason(
            Outcome.HOLD,
            f"上岗前还差 {missing} 次检测阴性结果（不同日期）。",
            f"Before work {missing} more negative {'test' if missing == 1 else 'tests on different days'} needed.",
            by_notice=self.demand is None or not self.demand.negatives,
            until=self.until,
        )

    def unmeasured(self) -> Reason:
        """Return the reason when nobody has measured his temperature on the day."""
        return self._reason(
            Outcome.HOLD,
            "上岗当天要先测体温。",
            "Temperature must be measured on the day of return.",
            by_notice=True,
            until=self.until,
        )

    def served(self) -> Reason:
        """Return the reason when all that was asked is done."""
        return self._reason(
            Outcome.ADMIT,
            "要求的隔离和检测已完成。",
            "The isolation and tests asked for are done.",
            by_notice=self.demand is None,
            until=self.until,
        )


def nothing(version: Version, history: int) -> Reason:
    """Return the reason when no rule has anything to say."""
    return Reason(
        rule="nothing",
        version=version.key,
        clause_zh=version.zh,
        clause_en=version.en,
        zh=f"前 {history} 天没有需要隔离或暂缓的旅居、接触和症状。",
        en=f"No journey, contact or symptom of the last {_en_days(history)} calls for isolation or waiting.",
        outcome=Outcome.ADMIT,
    )


def positive_home(version: Version, rule: Positive, last: date, until: date) -> Reason:
    """Return the reason to stay at home after a positive test."""
    return Reason(
        rule="positive",
        version=version.key,
        clause_zh=version.zh,
        clause_en=version.en,
        zh=f"{last} 检测阳性。居家隔离 {rule.days} 天；满 {rule.early} 天后检测阴性可提前结束。",
        en=f"Positive on {last}. {_en_days(rule.days)} at home; a negative test after"
        f" {_en_days(rule.early)} ends it sooner.",
        outcome=Outcome.ISOLATE,
        begin=last,
        until=until,
    )


def positive_hold(version: Version, rule: Positive, last: date) -> Reason:
    """Return the reason to wait for the hospital after a positive test."""
    return Reason(
        rule="positive",
        version=version.key,
        clause_zh=version.zh,
        clause_en=version.en,
        zh=f"{last} 检测阳性。转定点医疗机构；之后不同日期 {rule.negatives} 次检测阴性方可上岗。",
        en=f"Positive on {last}. To the designated hospital; work only after {rule.negatives} negative tests"
        " on different days.",
        outcome=Outcome.HOLD,
        begin=last,
    )


def lasting(hazard: Hazard, episodes: Sequence[Episode]) -> Reason:
    """Return the reason while symptoms last."""
    kinds = sorted({one.symptom for one in episodes}, key=list(Symptom).index)
    zh = "、".join(SYMPTOM_WORDS[kind][0] for kind in kinds)
    en = ", ".join(SYMPTOM_WORDS[kind][1] for kind in kinds)
    return Reason(
        rule=f"symptom.{hazard.key}",
        version=hazard.key,
        clause_zh=f"{hazard.zh}：{hazard.source}",
        clause_en=hazard.en,
        zh=f"现有{zh}。暂缓上岗，到医疗机构就诊，症状消失后再判定。",
        en=f"Has {en} now. Not on post: see a doctor; decided again when it is gone.",
        outcome=Outcome.HOLD,
        begin=min(one.since for one in episodes),
    )


def waiting(hazard: Hazard, episode: Episode, hours: int, until: date) -> Reason:
    """Return the reason in the hours after a symptom."""
    zh, en = SYMPTOM_WORDS[episode.symptom]
    return Reason(
        rule=f"symptom.{hazard.key}",
        version=hazard.key,
        clause_zh=f"{hazard.zh}：{hazard.source}",
        clause_en=hazard.en,
        zh=f"{zh}消失未满 {hours} 小时，暂缓上岗。",
        en=f"Less than {hours} hours since the {en} ended: not on post.",
        outcome=Outcome.HOLD,
        begin=episode.since,
        until=until,
    )


def unexcluded(version: Version, episode: Episode, until: date) -> Reason:
    """Return the reason while nobody has excluded the disease after a symptom."""
    zh, en = SYMPTOM_WORDS[episode.symptom]
    return Reason(
        rule="symptom.excluded",
        version=version.key,
        clause_zh=f"{version.zh}；开发区通知附件2第（三）项",
        clause_en=f"{version.en}; the zone's notice, annex 2 (3)",
        zh=f"有过{zh}，经医院确认排除或检测阴性后方可上岗。",
        en=f"Had {en}: work only after a hospital has excluded the disease or a negative test.",
        outcome=Outcome.HOLD,
        begin=episode.since,
        until=until,
    )


def fever(measured: Decimal, line: Decimal, on: date) -> Reason:
    """Return the reason of a temperature at or above the line."""
    return Reason(
        rule="temperature",
        version="annex2.3",
        clause_zh="开发区通知附件2第（三）项",
        clause_en="the zone's notice, annex 2 (3)",
        zh=f"体温 {measured} ℃，达到 {line} ℃。停止工作，到发热门诊就诊。",
        en=f"Temperature {measured} °C reaches {line} °C. No work; to the fever clinic.",
        outcome=Outcome.HOLD,
        begin=on,
    )
