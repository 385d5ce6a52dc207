/**
 * Entry of 指挥大屏. The picture comes whole from the server; this keeps it new and says how old it is.
 *
 * A change arrives as a server-sent event and is fetched at once; besides, the page asks every five seconds.
 * When neither works it keeps the last picture, shows its age, and tries again after 1, 2, 4, 8, 15 seconds.
 */
import './styles/wall.css'
import './styles/wall-panels.css'
import './styles/wall-plan.css'
import './styles/wall-lists.css'
import './styles/wall-screens.css'

import { Idiomorph } from 'idiomorph'

import { startClocks } from './clock'
import { sameClock } from './clocknodes'
import { age, backOff, POLL_MS } from './pace'

const place = document.getElementById('wall-place') as HTMLElement
const lost = document.getElementById('wall-lost') as HTMLElement
const told = document.body.dataset

let goodAt = performance.now()
let failures = 0
let asking = false
let again = false
let timer = 0
let source: EventSource | null = null
let streamFailures = 0

function plan(ms: number): void {
  window.clearTimeout(timer)
  timer = window.setTimeout(() => void ask(), ms)
}

function show(message: string): void {
  if (lost.textContent !== message) lost.textContent = message
  lost.hidden = message === ''
}

function put(html: string): void {
  const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('wall')
  const old = document.getElementById('wall')
  if (!fresh || !old) throw new Error('no picture')
  Idiomorph.morph(old, fresh, {
    morphStyle: 'outerHTML',
    callbacks: { beforeNodeMorphed: (was: Node, will: Node) => !sameClock(was, will) && !runs(was, will) },
  })
  document.dispatchEvent(new Event('htmx:afterSwap'))
  beat()
}

/** Whether a node is written by this page alone: date, time and age. */
function runs(was: Node, will: Node): boolean {
  return [was, will].every((node) => node instanceof HTMLElement && ['date', 'time', 'age'].some((name) => name in node.dataset))
}

async function ask(): Promise<void> {
  if (asking) {
    again = true
    return
  }
  asking = true
  let next = POLL_MS
  try {
    const version = document.getElementById('wall')?.dataset.version ?? ''
    const answer = await fetch(`${told.fragment}&v=${version}`, {
      headers: { 'X-Background': '1' },
      redirect: 'manual',
      signal: AbortSignal.timeout(8000),
    })
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
      failures += 1
      show(told.signedOut ?? '')
      next = backOff(failures)
    } else if (!answer.ok) {
      throw new Error(String(answer.status))
    } else {
      if (answer.status === 200) put(await answer.text())
      failures = 0
      goodAt = performance.now()
      show('')
      if (answer.headers.has('X-Wall-Stale')) next = 1000
    }
  } catch {
    failures += 1
    show(told.lost ?? '')
    next = backOff(failures)
  }
  asking = false
  if (again && failures === 0) next = Math.min(next, 200)
  again = false
  plan(next)
}

/** A stream the browser has given up is opened anew after a while; one that only broke it opens by itself. */
function listen(): void {
  const opened = new EventSource(told.live ?? '')
  source = opened
  opened.onopen = () => {
    streamFailures = 0
  }
  opened.onerror = () => {
    if (opened.readyState !== EventSource.CLOSED || source !== opened) return
    streamFailures += 1
    window.setTimeout(listen, backOff(streamFailures))
  }
  for (const topic of new URL(opened.url).searchParams.get('topics')?.split(',') ?? []) {
    opened.addEventListener(topic, () => plan(50))
  }
}

const language = document.documentElement.lang || 'zh-CN'
const dateWords = new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', weekday: 'long', timeZone: 'Asia/Shanghai' })
const timeWords = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' })
const skew = Date.parse(told.now ?? '') - Date.now() || 0

function write(selector: string, text: string): HTMLElement | null {
  const node = place.querySelector<HTMLElement>(selector)
  if (node && node.textContent !== text) node.textContent = text
  return node
}

function beat(): void {
  const now = new Date(Date.now() + skew)
  write('[data-date]', dateWords.format(now).replace(/日(?=星期)/, '日 '))
  write('[data-time]', timeWords.format(now))
  const { text, old } = age(performance.now() - goodAt, told.fresh ?? '', told.older ?? '')
  write('[data-age]', text)?.classList.toggle('is-old', old)
}

startClocks()
beat()
window.setInterval(beat, 1000)
window.addEventListener('online', () => plan(0))
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) plan(0)
})
listen()
plan(POLL_MS)
