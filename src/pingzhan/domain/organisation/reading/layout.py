"""From marks to groups: which label belongs to which group, and where lists and duties begin and end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pingzhan.domain.organisation.reading import words
from pingzhan.domain.organisation.reading.compact import NEWLINE, Compact
from pingzhan.domain.organisation.reading.marks import Mark, group_heading, group_name

_BODY_END = re.compile(rf"{words.BODY_END}{words.LIST_TAIL}?$")
_ORGAN = re.compile(
    r"[\u3400-\u9fff“”]{2,40}?(?:领导小组|指挥部|工作专班|工作小组|工作组|专班|委员会)(?!办公室)"
)
_LEADING = re.compile(r"(?:领导小组|指挥部|委员会|领导机构|指挥机构|指挥中心)$")
_ANY_BODY = re.compile(r"(?:各|本|该|有关|相关|其他|所有|全体)")
#: What a heading inside a list ends with, when a role that leads no group follows: a body may be a member too.
_PLAIN_GROUP = re.compile(r"(?:组|专班|指挥部)$")
_FOUNDED = re.compile(r"^.*(?:成立|设立|组建|建立|决定|调整|健全)")
_LIST_WORDS = re.compile(rf"{words.LIST_TAIL}[:。]?")
_OUTER_STYLES = {"chapter", "cn"}


@dataclass
class Part:
    """What follows a mark, up to the next one. ``kind`` is role, duty, table, rest or body."""

    kind: str
    a: int
    b: int = 0
    role: str = ""
    group: GroupDraft | None = None
    numbers: list[tuple[int, int]] = field(default_factory=list)


@dataclass(eq=False)
class GroupDraft:
    """A group on its way: its name, the range of its heading (empty without one), where it is named."""

    name: str
    kind: str
    a: int
    b: int
    style: str = ""
    depth: int = 0
    named_at: tuple[int, int] | None = None


@dataclass
class Layout:
    """Parts in order, groups in order, and the ranges of headings and labels."""

    parts: list[Part] = field(default_factory=list)
    groups: list[GroupDraft] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
    section_titles: list[tuple[int, int]] = field(default_factory=list)


class _Builder:
    """One walk over the marks."""

    def __init__(self, c: Compact, marks: list[Mark]) -> None:
        self.c = c
        self.marks = marks
        self.out = Layout()
        self.group: GroupDraft | None = None
        self.part = Part("body", 0)
        self.stack: list[str] = []
        self.skip_to = 0

    def build(self) -> Layout:
        for n, mark in enumerate(self.marks):
            if mark.a >= self.skip_to or mark.kind == "table":
                getattr(self, f"_{mark.kind}")(n, mark)
        self._close(len(self.c.chars))
        return self.out

    def _close(self, at: int) -> None:
        self.part.b = max(at, self.part.a)
        self.out.parts.append(self.part)

    def _open(self, kind: str, start: int, end: int, role: str = "") -> None:
        """End the current part at ``start`` and begin a new one at ``end``; between them stands a heading."""
        self._close(start)
        if end > start:
            self.out.headings.append((start, end))
        self.part = Part(kind, end, role=role, group=self.group)

    def _annex(self, n: int, mark: Mark) -> None:
        self.group = None
        self.stack = []
        self._open("body", mark.a, mark.b)

    def _listed(self, n: int, mark: Mark) -> None:
        self._open("rest" if self.group else "body", mark.a, mark.b)

    def _table(self, n: int, mark: Mark) -> None:
        name = self._name_before(mark.a)
        if name is not None and (self.group is None or self.group.name != name[2]):
            self._close_and_found(*name)
            self._open("table", mark.a, mark.a)
        else:
            self._open("table", mark.a, mark.a)
        self.part.b = mark.b
        self.out.parts.append(self.part)
        self.part = Part("rest", mark.b, group=self.group)
        self.skip_to = mark.b

    def _number(self, n: int, mark: Mark) -> None:
        following = self.marks[n + 1] if n + 1 < len(self.marks) else None
        heading = group_heading(self.c, mark.b, self.marks, n)
        if heading is None and following and following.a == mark.b and following.kind in ("role", "duty"):
            self.out.headings.append((mark.a, mark.b))
            self.part.numbers.append((mark.a, mark.b))
            return
        if heading is None and self.part.kind in ("role", "duty") and not self._ends_list(mark.text):
            self.part.numbers.append((mark.a, mark.b))
            return
        if heading is None and self.group is not None and not self._ends_list(mark.text):
            self._open("rest", mark.a, self._list_words_end(mark.b))
            return
        if mark.text in self.stack:
            del self.stack[self.stack.index(mark.text) + 1 :]
        else:
            self.stack.append(mark.text)
        if heading is None:
            self.group = None
            self._open("body", mark.a, mark.b)
            self._section_title(mark.b)
            return
        self.group = self._found(heading.text, mark.a, heading.b, mark.text)
        self._open("rest", mark.a, heading.b)
        self.skip_to = heading.b
        if words.DUTY_VERB.match(self.c.chars, heading.b):
            self.part.kind = "duty"

    def _ends_list(self, style: str) -> bool:
        """Return whether a number of this style stands above the current list rather than inside it."""
        depth, own = (self.group.depth, self.group.style) if self.group else (len(self.stack), "")
        if style in self.stack[:depth]:
            return True
        return style in _OUTER_STYLES or (not own and style == "(cn)")

    def _list_words_end(self, a: int) -> int:
        """Return the end of words that only say that members follow, at a blank; ``a`` when there are none."""
        match = _LIST_WORDS.match(self.c.chars, a)
        return match.end() if match and self.c.gap(match.end()) else a

    def _section_title(self, a: int) -> None:
        b = a
        while (
            b < min(a + 30, len(self.c.chars))
            and self.c.chars[b] not in ",。;:"
            and (b == a or not self.c.gap(b))
        ):
            b += 1
        if b > a:
            self.out.section_titles.append((a, b))

    def _duty(self, n: int, mark: Mark) -> None:
        start = mark.a
        found = self._name_before(mark.a) if self._may_found(mark) else None
        if found is not None and not self._same(found[2]):
            self._close_and_found(*found)
        elif found is not None:
            start = found[0]
        if self.group is None:
            # Without a group above it, 职责 is a word of the prose.
            return
        self._open("duty", start, mark.b)

    def _role(self, n: int, mark: Mark) -> None:
        start = mark.a
        found = self._name_before(mark.a) if self._may_found(mark) else None
        if found and self.group and mark.text not in words.HEAD_ROLES and not _PLAIN_GROUP.search(found[2]):
            found = None
        if found is not None and not self._same(found[2]):
            self._close_and_found(*found)
        elif found is not None:
            start = found[0]
        elif self.group is None:
            self._found_in_sentence(mark)
        if self.group is None:
            self._open("rest", mark.a, mark.a)
            return
        self._open("role", start, mark.b, mark.text)

    def _same(self, name: str) -> bool:
        known = self.group.name if self.group else ""
        return bool(known) and (known.endswith(name) or name.endswith(known))

    def _may_found(self, mark: Mark) -> bool:
        """Return whether a label may begin a list of its own: not when a heading stands right before it."""
        return not (self.group is not None and self.part.kind == "rest" and self.part.a == mark.a)

    def _name_before(self, at: int) -> tuple[int, int, str] | None:
        """Return range and name of the group that the words right before ``at`` name."""
        c = self.c
        floor = self.part.a
        end = at
        if at - 1 > floor and c.chars[at - 1] in ":。" and c.gap(at):
            at -= 1
        a = at
        while (
            a > floor and at - a < 60 and ("\u3400" <= c.chars[a - 1] <= "\u9fff" or c.chars[a - 1] in "“”")
        ):
            a -= 1
        if self.group is not None or self.part.kind == "role":
            # Inside a list only the words since the last blank or line can be a heading.
            cuts = [i for i in range(a, at) if c.gap(i)]
            a = cuts[-1] if cuts else at
        else:
            a = self._after_signature(a, at)
        text = c.chars[a:at]
        if len(text) < 3 or not _BODY_END.search(text) or _ANY_BODY.match(text):
            return None
        return a, end, group_name(c, a, at)

    def _after_signature(self, a: int, at: int) -> int:
        """Skip what stands before the name of a list: the end of a date, or another line that is complete."""
        c = self.c
        if c.chars[a:at].startswith("日"):
            a += 1
        for i in range(a + 1, at):
            if c.gap(i) == NEWLINE and re.search(r"(?:委员会|办公室|人民政府|日|名单)$", c.chars[a:i]):
                a = i
        return a

    def _found_in_sentence(self, mark: Mark) -> None:
        """Look for the body that a sentence before the list sets up ("成立…领导小组，组成人员如下：")."""
        c = self.c
        a = max(self.part.a, mark.a - 120)
        names = list(_ORGAN.finditer(c.chars, a, mark.a))
        if names:
            name = _FOUNDED.sub("", names[-1].group()) or names[-1].group()
            self.group = self._found(name, mark.a, mark.a, "")
            self.group.named_at = (names[-1].end() - len(name), names[-1].end())
        elif mark.text in words.HEAD_ROLES:
            self.group = self._found("指挥部" if "指挥" in mark.text else "领导小组", mark.a, mark.a, "")

    def _close_and_found(self, a: int, b: int, name: str) -> None:
        self.group = self._found(name, a, b, "")
        self._open("rest", a, b)

    def _found(self, name: str, a: int, b: int, style: str) -> GroupDraft:
        leading = bool(_LEADING.search(name))
        group = GroupDraft(name, "leading" if leading else "work", a, b, style, len(self.stack))
        self.out.groups.append(group)
        return group


def lay_out(c: Compact, marks: list[Mark]) -> Layout:
    """Return the layout of a text. Never raises."""
    return _Builder(c, marks).build()
