/** What the phone keeps in IndexedDB: records that were made, the list of the day, the token. Only added to until sent. */

import { Dexie, type EntityTable } from 'dexie'

import { type Sealed, type Lock, Vault } from './cipher'
import type { Draft, Item, Person, Round } from './table'

export type State = 'pending' | 'done' | 'conflict' | 'rejected'

/** A record as it is kept: what may be read is plain, what names people is sealed. */
export interface Kept {
  seq: number
  id: string
  round: number
  state: State
  code: string
  why: string
  at: string
  sentAt: string
  body: Sealed
}

/** When the team comes to an enterprise. */
export interface Stop {
  enterprise: string
  start: string
  end: string
}

/** A round of today with the people the team may meet. */
export interface Listed {
  round: Round
  stops: Stop[]
  people: Person[]
}

/** The lists of the day. */
export interface Roster {
  rounds: Listed[]
  fetchedAt: string
}

interface Meta {
  key: string
  value: unknown
}

/** What became of a record, as the server answers. */
export interface Result {
  id: string
  status: 'accepted' | 'duplicate' | 'accepted_conflict' | 'rejected'
  code: string
  why: string
}

const DAY = 24 * 3600 * 1000
const STATES: Record<Result['status'], State> = {
  accepted: 'done',
  duplicate: 'done',
  accepted_conflict: 'conflict',
  rejected: 'rejected',
}

class Base extends Dexie {
  declare items: EntityTable<Kept, 'seq'>
  declare meta: EntityTable<Meta, 'key'>

  constructor(name: string) {
    super(name)
    this.version(1).stores({ items: 'seq, id, state', meta: 'key' })
  }
}

export class Store {
  private readonly db: Base
  private vault: Vault | null = null
  /** The list as it was opened last; opening it takes a slow phone a while. */
  private list: Promise<Roster | null> | null = null
  /** All records, read while the key was being made; for the first who asks. */
  private ahead: Promise<Kept[]> | null = null

  constructor(name = 'pz-field') {
    this.db = new Base(name)
  }

  private async get<T>(key: string): Promise<T | undefined> {
    return (await this.db.meta.get(key))?.value as T | undefined
  }

  private async put(key: string, value: unknown): Promise<void> {
    await this.db.meta.put({ key, value })
  }

  private get keys(): Vault {
    if (!this.vault) throw new Error('locked')
    return this.vault
  }

  /** Whether a PIN has been set on this phone. */
  async enrolled(): Promise<boolean> {
    return (await this.get<Lock>('lock')) !== undefined
  }

  /** Whether the PIN of the shift has been given since the page was opened. */
  get open(): boolean {
    return this.vault !== null
  }

  /** Keep the token of a new enrolment under a new PIN. What was kept before stays only if it can still be read. */
  async enrol(token: string, device: number, pin: string, rounds?: number): Promise<void> {
    const { vault, lock } = await Vault.make(pin, rounds)
    const sealed = await vault.seal(token)
    await this.db.transaction('rw', this.db.items, this.db.meta, async () => {
      if (await this.db.items.where('state').equals('pending').count()) throw new Error('unsent')
      await this.db.items.clear()
      await this.db.meta.clear()
      await this.put('lock', lock)
      await this.put('token', sealed)
      await this.put('device', device)
      await this.put('seq', 0)
    })
    this.vault = vault
    this.list = null
    this.ahead = null
  }

  /** Put a new token in place of one that was refused; the queue stays. */
  async renew(token: string, device: number): Promise<void> {
    const sealed = await this.keys.seal(token)
    if ((await this.get<number>('device')) !== device) throw new Error('other_device')
    await this.put('token', sealed)
  }

  /** Open what is kept; false for a wrong PIN. */
  async unlock(pin: string): Promise<boolean> {
    const lock = await this.get<Lock>('lock')
    if (!lock) return false
    const ahead = this.rows()
    ahead.catch(() => undefined)
    this.vault = await Vault.open(lock, pin)
    this.list = null
    this.ahead = this.vault && ahead
    return this.vault !== null
  }

  /** Another sampler takes over: his name and PIN hold from now on. */
  async handOver(sampler: string, pin: string, rounds?: number): Promise<void> {
    const lock = await this.keys.lock(pin, rounds)
    await this.db.transaction('rw', this.db.meta, async () => {
      await this.put('lock', lock)
      await this.put('sampler', sampler)
    })
  }

  /** Forget the key until the PIN is given again. */
  close(): void {
    this.vault = null
    this.list = null
    this.ahead = null
  }

  async sampler(): Promise<string> {
    return (await this.get<string>('sampler')) ?? ''
  }

  async device(): Promise<number> {
    return (await this.get<number>('device')) ?? 0
  }

  async token(): Promise<string> {
    const sealed = await this.get<Sealed>('token')
    return sealed ? this.keys.open<string>(sealed) : ''
  }

  async keepRoster(roster: Roster): Promise<void> {
    await this.put('roster', await this.keys.seal(roster))
    this.list = Promise.resolve(roster)
  }

  /** The list of the day as it is kept. */
  roster(): Promise<Roster | null> {
    this.list ??= this.unsealed()
    return this.list
  }

  private async unsealed(): Promise<Roster | null> {
    const sealed = await this.get<Sealed>('roster')
    return sealed ? this.keys.open<Roster>(sealed) : null
  }

  /** Keep a record; number and record in one transaction, so that no number is used twice or lost (front.md 9.2). */
  async append(draft: Draft, round: number, now = new Date()): Promise<Item> {
    const part = { ...draft, id: crypto.randomUUID(), at: now.toISOString(), round }
    const body = await this.keys.seal(part)
    return this.db.transaction('rw', this.db.items, this.db.meta, async () => {
      const seq = ((await this.get<number>('seq')) ?? 0) + 1
      await this.put('seq', seq)
      const { id, at } = part
      await this.db.items.add({ seq, id, round, state: 'pending', code: '', why: '', at, sentAt: '', body })
      return { ...part, seq }
    })
  }

  /** All records of a round in order. */
  async items(round: number): Promise<Item[]> {
    const rows = await (this.ahead ?? this.rows())
    this.ahead = null
    const kept = rows.filter((one) => one.round === round)
    return Promise.all(kept.map((one) => this.opened(one)))
  }

  private async rows(): Promise<Kept[]> {
    return this.db.items.orderBy('seq').toArray()
  }

  private async opened(one: Kept): Promise<Item> {
    return { ...(await this.keys.open<Omit<Item, 'seq'>>(one.body)), seq: one.seq }
  }

  /** The oldest records that the server has not answered. */
  async pending(limit: number): Promise<Item[]> {
    // Numbers first: a full queue is asked every few seconds, and reading all of it would hold up the next scan.
    const numbers = await this.db.items.where('state').equals('pending').primaryKeys()
    const kept = await this.db.items.bulkGet(numbers.sort((a, b) => a - b).slice(0, limit))
    return Promise.all(kept.filter((one) => one !== undefined).map((one) => this.opened(one)))
  }

  /** Note what the server answered. */
  async mark(results: readonly Result[], now = new Date()): Promise<void> {
    await this.db.transaction('rw', this.db.items, async () => {
      for (const one of results) {
        const change = { state: STATES[one.status], code: one.code, why: one.why, sentAt: now.toISOString() }
        await this.db.items.where('id').equals(one.id).modify(change)
      }
    })
  }

  /** Send a refused record again. */
  async retry(seq: number): Promise<void> {
    await this.db.items.update(seq, { state: 'pending', code: '', why: '' })
  }

  /** How many records are in which state. */
  async counts(): Promise<Record<State, number>> {
    return this.db.transaction('r', this.db.items, async () => {
      const found = { pending: 0, done: 0, conflict: 0, rejected: 0 }
      const count = async (state: State): Promise<void> => {
        found[state] = await this.db.items.where('state').equals(state).count()
      }
      await Promise.all((Object.keys(found) as State[]).map(count))
      return found
    })
  }

  /** Records that need somebody's eye, newest first. */
  async troubled(): Promise<Kept[]> {
    const found = await this.db.items.where('state').anyOf('pending', 'conflict', 'rejected').sortBy('seq')
    return found.reverse()
  }

  /** All records that the server has not taken, to be carried to the desk as a file when no network comes. */
  async unsent(): Promise<Item[]> {
    const kept = await this.db.items.where('state').anyOf('pending', 'rejected').sortBy('seq')
    return Promise.all(kept.map((one) => this.opened(one)))
  }

  /** Forget what was sent more than a day ago, and the list of a day that is over; never what is unsent. */
  async forget(today: string, now = new Date()): Promise<void> {
    const roster = this.vault ? await this.roster() : null
    await this.db.transaction('rw', this.db.items, this.db.meta, async () => {
      const limit = new Date(now.getTime() - DAY).toISOString()
      await this.db.items.where('state').equals('done').filter((one) => one.sentAt < limit).delete()
      if (roster && roster.rounds.every((one) => one.round.day < today) && roster.fetchedAt < limit) {
        await this.db.meta.delete('roster')
        this.list = null
      }
    })
  }

  /** Delete everything. */
  async destroy(): Promise<void> {
    this.close()
    await this.db.delete()
  }
}
