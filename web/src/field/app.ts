/** Entry of 采样: opens without a network, asks for the PIN of the shift, then swabs, packs and sends. */
import '../styles/field.css'

import { isIdNumber, folded } from './codes'
import { PIN } from './cipher'
import { at, button, field, make, onSend, put, say, show, signal } from './dom'
import { Session } from './session'
import { drawBoxes, drawList, drawQueue, drawRounds, drawTube } from './screens'
import type { Outcome } from './table'

const SCREENS = ['swab', 'list', 'pack', 'queue', 'more'] as const
type Screen = (typeof SCREENS)[number]

let screen: Screen = 'swab'
let camera: AbortController | null = null
const session = new Session(draw)

function go(wanted: Screen): void {
  screen = wanted
  for (const one of SCREENS) {
    show(`screen-${one}`, one === wanted)
    if (one === wanted) at(`tab-${one}`).setAttribute('aria-current', 'page')
    else at(`tab-${one}`).removeAttribute('aria-current')
  }
  camera?.abort()
  ask(null)
  tell('', 'plain')
  draw()
  const input = document.querySelector<HTMLInputElement>(`#screen-${wanted} [data-first]`)
  input?.focus()
}

function draw(): void {
  if (!session.store.open) return
  const { counts, link } = session
  const waiting = counts.pending
  const word = link === 'refused' ? 'link_refused' : link === 'sent' && !waiting ? 'link_sent' : link === 'sent' ? 'link_sending' : 'link_offline'
  put('link', say(word, { n: waiting }))
  at('link').dataset.state = word
  put('queue-count', counts.rejected + counts.conflict ? String(counts.rejected + counts.conflict) : '')
  show('clock-warn', session.clock !== 'ok')
  put('clock-warn', say(session.clock === 'off' ? 'clock_off' : 'clock_warn', { n: Math.round(Math.abs(session.skew ?? 0) / 60_000) }))
  const { listed } = session
  show('no-list', !listed)
  const names = [...new Set(listed?.stops.map((one) => one.enterprise) ?? [])]
  put('head-name', names.length > 1 ? say('head_many', { x: names[0] ?? '', n: names.length }) : (names[0] ?? ''))
  put('head-round', listed ? say('head', { day: listed.round.day, n: listed.round.pool_size }) : '')
  drawRounds(session)
  const { table } = session
  if (!table) return
  if (screen === 'swab') drawTube(table)
  if (screen === 'list') drawList(table, at<HTMLInputElement>('list-find').value, (ref) => void told(session.act((one) => one.add({ ref }))))
  if (screen === 'pack') drawBoxes(table, (code) => askName(code))
  if (screen === 'queue') void drawQueue(session, draw)
}

function tell(text: string, tone: 'plain' | 'good' | 'warn' | 'bad'): void {
  put('note', text)
  at('note').dataset.tone = tone
}

/** Say what came of an act, ask what it asks, and show the table as it is now. */
async function told(doing: Promise<Outcome | null>): Promise<void> {
  const outcome = await doing
  if (!outcome || !session.table) return
  const { table } = session
  const last = table.tube?.entries.at(-1)
  const who = last?.ref != null ? table.people.get(last.ref) : undefined
  const name = outcome.item?.kind === 'sample' ? (who?.name_masked ?? last?.guest?.name ?? '') : ''
  const text = say(`word_${outcome.word}`, { x: outcome.detail ?? '', n: table.n, name })
  tell(text, outcome.good ? 'good' : outcome.ask ? 'warn' : 'bad')
  signal(outcome.good, outcome.good && name ? say('spoken', { name, n: table.n }) : text)
  ask(outcome)
  draw()
}

let asked: { ref?: number } = {}

function ask(outcome: Outcome | null): void {
  for (const one of ['second_tube', 'held', 'over', 'unknown'] as const) show(`ask-${one}`, outcome?.ask === one)
  if (outcome?.ask === 'unknown') {
    const candidates = session.table?.find(outcome.detail ?? '') ?? []
    at('ask-candidates').replaceChildren(
      ...candidates.map((one) => button(`${one.name_masked} ${one.no}`, 'field-choice', () => void pick(one.ref))),
    )
    const typed = at<HTMLFormElement>('guest-form').elements.namedItem('doc_no') as HTMLInputElement
    if (isIdNumber(outcome.detail ?? '')) typed.value = outcome.detail ?? ''
  }
}

async function pick(ref: number): Promise<void> {
  asked = { ref }
  await told(session.act((table) => table.add({ ref })))
}

function sure(reason = ''): void {
  const { ref } = asked
  if (ref !== undefined) void told(session.act((table) => table.add({ ref }, true, reason)))
}

/** A code that was read or typed at the screen that is shown. */
async function code(text: string): Promise<void> {
  const { table } = session
  if (!table || !text.trim()) return
  if (screen === 'pack') return told(session.act((one) => one.pack(text)))
  if (screen !== 'swab') return
  const only = table.find(text)
  asked = only.length === 1 && only[0] ? { ref: only[0].ref } : {}
  await told(session.act((one) => one.scan(text)))
}

async function scan(): Promise<void> {
  if (camera) {
    camera.abort()
    return
  }
  camera = new AbortController()
  const mine = camera
  show('camera', true)
  try {
    const { readCode } = await import('./camera')
    const text = await readCode(at<HTMLVideoElement>('video'), mine.signal)
    if (text !== null) await code(text)
    else if (!mine.signal.aborted) tell(say('camera_none'), 'warn')
  } catch {
    tell(say('camera_refused'), 'bad')
  } finally {
    show('camera', false)
    camera = null
  }
}

function askName(box: string): void {
  show('hand-form', true)
  put('hand-box', box)
  at<HTMLInputElement>('hand-to').focus()
}

/** What has to hold before the phone leaves the network. */
async function check(): Promise<void> {
  const kept = await navigator.storage?.persist?.()
  const worker = await navigator.serviceWorker?.getRegistration('/field/')
  const lines: [boolean, string][] = [
    [!!worker?.active, 'check_worker'],
    [session.listed?.round.day === new Date().toLocaleDateString('sv'), 'check_list'],
    [kept === true, 'check_kept'],
    [session.clock === 'ok' && session.skew !== null, 'check_clock'],
    [session.counts.pending === 0, 'check_queue'],
    [await import('./camera').then((one) => one.warm()).then(() => true, () => false), 'check_camera'],
  ]
  at('check-lines').replaceChildren(
    ...lines.map(([good, key]) => make('li', good ? 'is-good' : 'is-bad', say(good ? 'check_good' : 'check_bad', { x: say(key) }))),
  )
}

async function exportFile(): Promise<void> {
  const items = await session.store.unsent()
  const device = await session.store.device()
  const content = JSON.stringify({ device, exported_at: new Date().toISOString(), items })
  const link = make('a', '') as HTMLAnchorElement
  link.href = URL.createObjectURL(new Blob([content], { type: 'application/json' }))
  link.download = `sampling-${device}-${new Date().toISOString().slice(0, 16).replace(/\D/g, '')}.json`
  link.click()
  URL.revokeObjectURL(link.href)
}

function wire(): void {
  for (const one of SCREENS) at(`tab-${one}`).addEventListener('click', () => go(one))
  for (const form of ['swab-form', 'pack-form']) {
    onSend(form, async (data) => {
      const text = field(data, 'code')
      at<HTMLFormElement>(form).reset()
      await code(text)
    })
  }
  for (const one of document.querySelectorAll('[data-scan]')) one.addEventListener('click', () => void scan())
  at('list-find').addEventListener('input', draw)
  for (const one of document.querySelectorAll('[data-leave]')) {
    one.addEventListener('click', () => {
      ask(null)
      tell('', 'plain')
      at('swab-code').focus()
    })
  }
  at('seal').addEventListener('click', () => void told(session.act((table) => table.seal())))
  at('close-box').addEventListener('click', () => void told(session.act((table) => table.closeBox())))
  at('sure-second').addEventListener('click', () => sure())
  at('sure-held').addEventListener('click', () => sure())
  onSend('over-form', (data) => sure(field(data, 'reason')))
  onSend('guest-form', (data) => {
    const guest = { name: field(data, 'name'), doc_no: folded(field(data, 'doc_no')) }
    const good = guest.name.length >= 2 && isIdNumber(guest.doc_no)
    show('guest-error', !good)
    if (!good) return
    at<HTMLFormElement>('guest-form').reset()
    void told(session.act((table) => table.add({ guest })))
  })
  onSend('void-form', (data) => {
    const tube = session.table?.current
    if (tube) void told(session.act((table) => table.discard(tube, field(data, 'reason'))))
    at<HTMLFormElement>('void-form').reset()
  })
  onSend('pass-form', (data) => {
    void told(session.act((table) => table.pass(field(data, 'to'))))
    at<HTMLFormElement>('pass-form').reset()
  })
  onSend('hand-form', async (data) => {
    const box = at('hand-box').textContent ?? ''
    await told(session.act((table) => table.hand(box, field(data, 'to'))))
    at<HTMLFormElement>('hand-form').reset()
    show('hand-form', false)
  })
  onSend('shift-form', async (data) => {
    const pin = field(data, 'pin')
    const good = PIN.test(pin) && field(data, 'name').length >= 2
    if (!good) return put('shift-note', say('shift_bad'))
    put('shift-note', '')
    await session.store.handOver(field(data, 'name'), pin)
    put('shift-note', say('shift_done'))
    at<HTMLFormElement>('shift-form').reset()
    put('head-sampler', await session.store.sampler())
  })
  at('send-now').addEventListener('click', () => void session.send())
  at('fetch-list').addEventListener('click', () => void session.refresh())
  at('export').addEventListener('click', () => void exportFile())
  at('check').addEventListener('click', () => void check())
  at('lock').addEventListener('click', () => {
    session.close()
    location.reload()
  })
}

async function begin(): Promise<void> {
  if (!isSecureContext || !('serviceWorker' in navigator)) return show('insecure', true)
  void navigator.serviceWorker.register('/field/sw.js', { scope: '/field/' })
  void navigator.storage?.persist?.()
  if (!(await session.store.enrolled())) return show('unknown-phone', true)
  show('pin', true)
  at('pin-input').focus()
  onSend('pin-form', async (data) => {
    const good = await session.unlock(field(data, 'pin'))
    show('pin-error', !good)
    at<HTMLFormElement>('pin-form').reset()
    if (!good) return
    put('head-sampler', await session.store.sampler())
    put('phone-code', `PZD-${await session.store.device()}`)
    // Shown before it listens, a code that a scanner types at once would be lost.
    wire()
    show('pin', false)
    show('app', true)
    go('swab')
  })
}

void begin()

