/** Sending the queue: tried again and again, one tab at a time, and never trusting what the phone says of its network. */

import type { Listed, Result, Roster, Store } from './store'
import type { Item, Person } from './table'

/** Records of one sending; the server takes no more (front.md 9.2). */
export const BATCH = 200
const WARNS = 2 * 60_000
const OFF = 30 * 60_000

export type Link = 'sent' | 'offline' | 'refused' | 'busy' | 'trouble'

/** What came of a sending. `skew`: how far the phone's clock is ahead, milliseconds; null when nobody answered. */
export interface Report {
  link: Link
  sent: number
  skew: number | null
}

/** Fetch, as the browser has it; another one in tests. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>

interface Answer {
  now: string
  results: Result[]
}

const wire = (item: Item): Record<string, unknown> => ({ ...item })

const headers = (token: string): Record<string, string> => ({
  Authorization: `Device ${token}`,
  'Content-Type': 'application/json',
})

/** `warn` above two minutes, `off` above thirty: then times of records mean nothing until the phone is set right. */
export function clockState(skew: number | null): 'ok' | 'warn' | 'off' {
  const by = Math.abs(skew ?? 0)
  return by > OFF ? 'off' : by > WARNS ? 'warn' : 'ok'
}

export class Sync {
  constructor(
    private readonly store: Store,
    private readonly base: string,
    private readonly get: Fetch = (input, init) => fetch(input, init),
    private readonly wait = 15_000,
  ) {}

  private async call(path: string, token: string, init: RequestInit = {}): Promise<Response> {
    // A dead wireless network lets a request hang for ever.
    return this.get(this.base + path, { ...init, headers: headers(token), signal: AbortSignal.timeout(this.wait) })
  }

  /** Send all that is pending; at most one tab of the phone does so at a time. */
  async send(): Promise<Report> {
    if (!this.store.open) return { link: 'busy', sent: 0, skew: null }
    const locks = globalThis.navigator?.locks
    if (!locks) return this.sendAll()
    return locks.request('pz-field-sync', { ifAvailable: true }, (lock) =>
      lock ? this.sendAll() : Promise.resolve<Report>({ link: 'busy', sent: 0, skew: null }),
    )
  }

  private async sendAll(): Promise<Report> {
    const token = await this.store.token()
    let sent = 0
    let skew: number | null = null
    for (;;) {
      const items = await this.store.pending(BATCH)
      if (!items.length) return { link: 'sent', sent, skew }
      const before = Date.now()
      let response: Response
      try {
        response = await this.call('sampling/sync', token, {
          method: 'POST',
          body: JSON.stringify({ sent_at: new Date(before).toISOString(), items: items.map(wire) }),
        })
      } catch {
        return { link: 'offline', sent, skew }
      }
      if (response.status === 401 || response.status === 403) return { link: 'refused', sent, skew }
      if (!response.ok) return { link: 'trouble', sent, skew }
      const answer = (await response.json()) as Answer
      skew = (before + Date.now()) / 2 - Date.parse(answer.now)
      await this.store.mark(answer.results)
      if (!answer.results.length) return { link: 'trouble', sent, skew }
      sent += answer.results.length
    }
  }

  /** Fetch today's list. Null when there is no network, the token is refused, or there is no work today. */
  async roster(): Promise<{ link: Link; roster: Roster | null; skew: number | null }> {
    const before = Date.now()
    let response: Response
    try {
      response = await this.call('sampling/roster', await this.store.token())
    } catch {
      return { link: 'offline', roster: null, skew: null }
    }
    if (response.status === 401 || response.status === 403) return { link: 'refused', roster: null, skew: null }
    if (!response.ok) return { link: 'trouble', roster: null, skew: null }
    const roster: Roster = { rounds: (await response.json()) as Listed[], fetchedAt: new Date().toISOString() }
    await this.store.keepRoster(roster)
    // A header names the second only; that is near enough to tell a phone that is minutes off.
    const now = Date.parse(response.headers.get('Date') ?? '')
    return { link: 'sent', roster, skew: Number.isNaN(now) ? null : (before + Date.now()) / 2 - now - 500 }
  }
}

/** The list by number. */
export const byRef = (people: readonly Person[]): Map<number, Person> => new Map(people.map((one) => [one.ref, one]))
