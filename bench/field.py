"""How soon a sampler's phone works without a network, and how soon it takes the next code (issue part 5).

``python -m bench.field [--people N] [--swabs S] [--slow-swabs S] [--starts N]`` makes a database of its own with a
round of N people, starts the web server as ``pingzhan up`` does, enrols a phone in Chromium, lets it take the list
along, and ends the server. All that is measured happens after that, first at the speed of this machine and then
(``slow_``) with the processor of the page four times slower.

* **scan**: a code comes in as from a scanner that types, its marks and Enter, at a phone with the list of all N
  people. From the first event of the input to the frame in which the screen shows what came of it, with the field
  empty and ready for the next; the record of a person or of a sealed tube is in IndexedDB by then. Tubes are opened,
  filled with ten people each and sealed. ``scan_floor_ms`` is one put into a bare IndexedDB store and a frame after it.
* **start**: a new page at /field/ with the worker stopped, so that its start is counted; from the beginning of the
  navigation until the form for the PIN is there, from the PIN to the open table (the key is made from the PIN, list and
  all records of the round are unsealed), and from the code of a tube to the frame that shows it. The time of a person's
  fingers between these is not counted: each next step is taken by a script as soon as it can be. Runs come after the
  scans, so that the queue is full. ``start_floor_ms`` is the same HTML without its scripts out of the same cache
  through the same worker, to its frame, and one making of a key from a PIN with as many rounds.
* **hung**: the start once more where requests are taken and never answered, as a dead wireless network does.

Chromium slows the main thread of the page only. Keys are made beside it, and the phone's cannot be faster than its
processor: in ``slow_`` starts what three more such makings take is added. Worker and network processes are not slowed.
Slow starts are told and have no gate: the key and the page without scripts alone take most of 1.5 s there. Prints one
JSON object; exit code 1 when a gate fails.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.people import build, served
from bench.place import place
from bench.switch import p

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

START_MS, SCAN_MS = 1_500.0, 300.0
GATES = {
    "start_p50_ms": START_MS,
    "start_worst_ms": START_MS,
    "hung_p50_ms": START_MS,
    "hung_worst_ms": START_MS,
    "scan_p95_ms": SCAN_MS,
    "slow_scan_p95_ms": SCAN_MS,
}
SLOWER = 4
IN_TUBE = 10
PIN = "135790"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

# The next frame that shows what the document is now.
_FRAME = "const frame = () => new Promise(r => requestAnimationFrame(() => setTimeout(r)));"
# Goes with every page: takes each step of a start as soon as the page can be asked for it.
_START = (
    "((pin, code) => { if (location.pathname !== '/field/') return;"
    + _FRAME
    + """
  const at = id => document.getElementById(id);
  const send = (input, form, text) => { at(input).value = text; at(form).requestSubmit(); };
  const marks = {};
  let over;
  window.pzMarks = new Promise(done => { over = done; });
  const steps = [
    ['pin', () => document.activeElement?.id === 'pin-input', () => send('pin-input', 'pin-form', pin)],
    ['open', () => document.activeElement?.id === 'swab-code', () => send('swab-code', 'swab-form', code)],
    ['ready', () => at('tube-code')?.textContent === code, () => 0],
  ];
  const look = async () => {
    if (!steps.length || !steps[0][1]()) return;
    const [name, , act] = steps.shift();
    if (name === 'ready') await frame();
    marks[name] = performance.now();
    act();
    if (name === 'ready') over(marks);
  };
  new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  addEventListener('focusin', () => setTimeout(look));
})"""
)
_ARM = (
    "([id, text]) => { "
    + _FRAME
    + """
  const input = document.getElementById('swab-code');
  window.pzScan = new Promise(done => {
    let from = null;
    input.addEventListener('beforeinput', event => { from ??= event.timeStamp; }, {once: true, capture: true});
    const seen = () => {
      const shown = document.getElementById(id);
      if (from === null || shown.closest('[hidden]') || (text && shown.textContent !== text)) return;
      if (input.value !== '' || document.activeElement !== input) return;
      watch.disconnect();
      frame().then(() => done(performance.now() - from));
    };
    const watch = new MutationObserver(seen);
    watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  });
}"""
)
_PUTS = (
    "async n => { "
    + _FRAME
    + """
  const ask = indexedDB.open('pz-floor', 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore('rows');
  await new Promise(r => { ask.onsuccess = r; });
  const took = [];
  for (let k = 0; k < n; k++) {
    const begin = performance.now();
    const change = ask.result.transaction('rows', 'readwrite');
    change.objectStore('rows').put({k}, k);
    await new Promise(r => { change.oncomplete = r; });
    await frame();
    took.push(performance.now() - begin);
  }
  ask.result.close();
  return took;
}"""
)
_KEY = """async ([pin, rounds]) => {
  const begin = performance.now();
  const base = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey']);
  await crypto.subtle.deriveKey({name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(16), iterations: rounds}, base,
    {name: 'AES-GCM', length: 256}, false, ['encrypt']);
  return performance.now() - begin;
}"""
# Puts the page without its scripts in place of the kept one, and the kept one back.
_BARE = """async html => {
  const kept = await caches.open((await caches.keys()).find(one => one.startsWith('pz-field-')));
  const whole = await (await kept.match('/field/')).text();
  const bare = whole.replace(/<script[^>]*type="module"[^>]*><\\/script>/g, '')
    .replace(/<link[^>]*rel="modulepreload"[^>]*>/g, '');
  if (!html && bare === whole) throw new Error('no scripts');
  await kept.put('/field/', new Response(html || bare, {headers: {'Content-Type': 'text/html; charset=utf-8'}}));
  return whole;
}"""
_KEPT = """async () => {
  const ask = indexedDB.open('pz-field');
  const base = await new Promise(r => { ask.onsuccess = () => r(ask.result); });
  const of = (name, how, ...what) => new Promise(r => {
    const one = base.transaction(name).objectStore(name)[how](...what); one.onsuccess = () => r(one.result); });
  const found = {records: await of('items', 'count'), seq: (await of('meta', 'get', 'seq')).value,
    rounds: (await of('meta', 'get', 'lock')).value.rounds};
  base.close();
  return found;
}"""


def prepare(people: int) -> tuple[str, list[str]]:
    """Make a round of today with a phone for it; return the path of its enrolment and whom it may meet by number."""
    from bench.sampling import prepare as phones_of
    from pingzhan.domain.people.models import Employment
    from pingzhan.domain.screening.models import Slot, TeamDevice
    from pingzhan.foundation.access.actor import system_actor
    from pingzhan.foundation.access.devices import renew_code

    build(people, max(1, people // 250))
    phones_of(people, 1)
    firms = Slot.objects.values_list("enterprise_id", flat=True)
    numbers = Employment.objects.filter(enterprise__in=firms, left__isnull=True).exclude(employee_no="")
    # A number that two enterprises give would make the phone ask whom it means.
    seen: dict[str, int] = {}
    for number in numbers.order_by("pk").values_list("employee_no", flat=True):
        seen[number] = seen.get(number, 0) + 1
    once = [number for number, times in seen.items() if times == 1]
    return renew_code(device=TeamDevice.objects.get().device, by=system_actor("bench")), once


def enrol(page: Page, path: str) -> int:
    """Enrol the phone as a person does and let it take the list along; return how many are on the list."""
    from playwright.sync_api import expect

    page.goto(path)
    page.get_by_role("button", name="\u767b\u8bb0\u8fd9\u90e8\u624b\u673a").click()
    form = page.locator("[data-field-enrol]")
    form.locator("[name=name]").fill("\u76ae\u4e50\u5929")
    form.locator("[name=pin]").fill(PIN)
    form.locator("[name=again]").fill(PIN)
    with page.expect_response(
        lambda answer: "sampling/roster" in answer.url and answer.status == 200
    ) as taken:
        form.get_by_role("button").click()
        page.locator("#pin-input").fill(PIN)
        page.locator("#pin-form button").click()
    listed: list[dict[str, Any]] = taken.value.json()
    expect(page.locator("#head-round")).not_to_be_empty()
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    return sum(len(one["people"]) for one in listed)


class Phone:
    """The enrolled phone at one speed of its processor."""

    def __init__(self, context: BrowserContext, rate: int) -> None:
        self.context, self.rate = context, rate
        self.page = self.opened("")

    def opened(self, code: str) -> Page:
        """Return a new blank page at this speed, with a script that starts it if there is a code."""
        page = self.context.new_page()
        if code:
            page.add_init_script(f"{_START}({json.dumps(PIN)}, {json.dumps(code)})")
        line = self.context.new_cdp_session(page)
        line.send("Emulation.setCPUThrottlingRate", {"rate": self.rate})
        line.send("ServiceWorker.enable")
        line.send("ServiceWorker.stopAllWorkers")
        return page

    def start(self, code: str) -> dict[str, float]:
        """Close the page, start another, and return its steps in milliseconds from the beginning of the navigation."""
        self.page.close()
        self.page = self.opened(code)
        self.page.goto("/field/", wait_until="commit", timeout=60_000)
        marks: dict[str, float] = self.page.evaluate("window.pzMarks")
        # Left empty, the tube of the start is no record.
        self.type(code, "no-tube", "")
        return marks

    def type(self, code: str, shows: str, text: str) -> float:
        """Type a code as a scanner does; return the milliseconds until the element shows the text."""
        self.page.evaluate(_ARM, [shows, text])
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Enter")
        return float(self.page.evaluate("window.pzScan"))

    def tube(self, code: str, people: Sequence[str]) -> list[float]:
        """Fill and seal a tube; return what each code took."""
        took = [self.type(code, "tube-code", code)]
        took += [self.type(who, "tube-n", f"{n}/{IN_TUBE}") for n, who in enumerate(people, start=1)]
        return [*took, self.type(code, "no-tube", "")]

    def bare(self, times: int) -> list[float]:
        """Return the milliseconds that the page without scripts takes from the same worker."""
        whole = self.page.evaluate(_BARE, "")
        took = []
        for _n in range(times):
            page = self.opened("")
            page.add_init_script(
                f"{_FRAME} window.pzBare = new Promise(done => addEventListener('load', () => frame().then("
                "() => done(performance.now()))));"
            )
            page.goto("/field/", wait_until="commit")
            took.append(float(page.evaluate("window.pzBare")))
            page.close()
        self.page.evaluate(_BARE, whole)
        return took


@contextmanager
def hanging(port: int) -> Iterator[None]:
    """Take connections at the port and never answer one."""
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deaf.bind(("127.0.0.1", port))
        deaf.listen(256)
        yield


def at_speed(phone: Phone, port: int, people: Sequence[str], first: int, starts: int) -> dict[str, float]:
    """Measure one speed: scans, starts, hung starts, floors."""
    phone.start(f"W{first:05d}")
    scans = [
        took
        for n in range(0, len(people), IN_TUBE)
        for took in phone.tube(f"T{first + n // IN_TUBE:06d}", people[n : n + IN_TUBE])
    ]
    rounds = phone.page.evaluate(_KEPT)["rounds"]
    puts = phone.page.evaluate(_PUTS, 100)
    keys = [float(phone.page.evaluate(_KEY, [PIN, rounds])) for _n in range(5)]
    # What the slowed page has not slowed is added to each start.
    missing = (phone.rate - 1) * statistics.median(keys)
    marks = [phone.start(f"S{first + n:05d}") for n in range(starts)]
    with hanging(port):
        hung = [phone.start(f"H{first + n:05d}") for n in range(starts)]
    bare = phone.bare(starts)
    begun = [one["ready"] + missing for one in marks]
    floor = statistics.median(bare) + statistics.median(keys) + missing
    return {
        "scans": len(scans),
        "scan_p50_ms": p(scans, 0.5),
        "scan_p95_ms": p(scans, 0.95),
        "scan_worst_ms": round(max(scans), 1),
        "scan_floor_ms": p(puts, 0.5),
        "scan_ratio": round(p(scans, 0.5) / p(puts, 0.5), 2),
        "starts": len(begun),
        "start_p50_ms": p(begun, 0.5),
        "start_worst_ms": round(max(begun), 1),
        "start_to_pin_p50_ms": p([one["pin"] for one in marks], 0.5),
        "start_to_table_p50_ms": p([one["open"] + missing for one in marks], 0.5),
        "key_ms": round(statistics.median(keys), 1),
        "key_added_ms": round(missing, 1),
        "bare_ms": round(statistics.median(bare), 1),
        "start_floor_ms": round(floor, 1),
        "start_ratio": round(statistics.median(begun) / floor, 2),
        "hung_p50_ms": p([one["ready"] + missing for one in hung], 0.5),
        "hung_worst_ms": round(max(one["ready"] for one in hung) + missing, 1),
    }


def measure(
    browser: Browser, path: str, numbers: Sequence[str], swabs: tuple[int, int], starts: int
) -> dict[str, Any]:
    """Enrol a phone, end the server, and measure at both speeds."""
    with served() as server:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{server.port}", locale="zh-CN", timezone_id="Asia/Shanghai",
            viewport={"width": 390, "height": 844}, has_touch=True,
        )  # fmt: skip
        context.set_default_timeout(30_000)
        page = context.new_page()
        listed = enrol(page, path)
        page.close()
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    usual = at_speed(Phone(context, 1), server.port, numbers[: swabs[0]], 0, starts)
    slow_people = numbers[swabs[0] : sum(swabs)]
    phone = Phone(context, SLOWER)
    slow = at_speed(phone, server.port, slow_people, 50_000, starts)
    kept = phone.page.evaluate(_KEPT)
    context.close()
    done = sum(swabs)
    tubes = sum(-(-len(part) // IN_TUBE) for part in (numbers[: swabs[0]], slow_people))
    return {
        "people": listed,
        "swabs": done,
        "records": kept["records"],
        "lost": done + tubes - kept["records"],
        "gaps": kept["seq"] - kept["records"],
        "errors": errors,
        **usual,
        **{f"slow_{name}": value for name, value in slow.items()},
    }


def failed_in(found: dict[str, Any], people: int) -> list[str]:
    """Return the names of the promises that were not kept."""
    failed = [name for name, limit in GATES.items() if not found[name] < limit]
    failed += [name for name in ("lost", "gaps", "errors") if found[name]]
    if found["people"] < people:
        failed.append("people")
    return failed


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--swabs", type=int, default=500)
    parser.add_argument("--slow-swabs", type=int, default=200)
    parser.add_argument("--starts", type=int, default=12)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    swabs = (options.swabs, options.slow_swabs)
    with place():
        path, numbers = prepare(options.people)
        # Beside Playwright's loop the database is not asked any more.
        with sync_playwright() as driver:
            chromium = os.environ.get("PZ_CHROMIUM", "/usr/bin/chromium")
            browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            result = measure(browser, path, numbers, swabs, options.starts)
            browser.close()
    failed = failed_in(result, options.people)
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"bench": "field", "load": load, **result, "gates": GATES, "failed": failed}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
