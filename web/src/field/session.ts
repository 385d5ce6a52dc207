/** One shift on this phone: the store, the table of the round, sending, and what the screens ask of them. */

import { type Listed, type Roster, type State, Store } from './store'
import { type Link, Sync, byRef, clockState } from './sync'
import { type Outcome, Table } from './table'

const EVERY = 5000

export class Session {
  readonly store = new Store()
  readonly sync = new Sync(this.store, '/api/v1/')
  table: Table | null = null
  roster: Roster | null = null
  /** The round that is worked at, of those of today. */
  listed: Listed | null = null
  counts: Record<State, number> = { pending: 0, done: 0, conflict: 0, rejected: 0 }
  link: Link = 'busy'
  skew: number | null = null
  private timer = 0
  private tail: Promise<unknown> = Promise.resolve()

  constructor(private readonly changed: () => void) {}

  /** Open with the PIN; false when it is wrong. */
  async unlock(pin: string): Promise<boolean> {
    if (!(await this.store.unlock(pin))) return false
    await this.start()
    return true
  }

  /** Begin: the kept list at once, then what the network has. */
  async start(): Promise<void> {
    await this.store.forget(new Date().toLocaleDateString('sv'))
    await this.use(await this.store.roster())
    await this.recount()
    this.watch()
    void this.refresh()
  }

  private async use(roster: Roster | null, wanted?: number): Promise<void> {
    this.roster = roster
    this.listed = roster?.rounds.find((one) => one.round.id === wanted) ?? roster?.rounds[0] ?? null
    const { listed } = this
    this.table = listed
      ? new Table(listed.round, byRef(listed.people), await this.store.items(listed.round.id))
      : null
  }

  /** Work at another round of today. */
  async choose(round: number): Promise<void> {
    await this.use(this.roster, round)
    this.changed()
  }

  private watch(): void {
    clearInterval(this.timer)
    this.timer = window.setInterval(() => void this.send(), EVERY)
    window.addEventListener('online', () => void this.send())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.send()
    })
  }

  /** Fetch the list; what is on the table stays. */
  async refresh(): Promise<Link> {
    const { link, roster, skew } = await this.sync.roster()
    this.link = link
    if (skew !== null) this.skew = skew
    if (roster) {
      const current = this.table?.current ?? null
      const packing = this.table?.packing ?? null
      await this.use(roster, this.listed?.round.id)
      if (this.table && current !== null && this.table.current === null && !this.table.tubes.has(current)) this.table.open(current)
      if (this.table && packing !== null && this.table.packing === null && !this.table.boxes.has(packing)) this.table.pack(packing)
    }
    this.changed()
    await this.send()
    return link
  }

  /** Send what is pending. */
  async send(): Promise<void> {
    const report = await this.sync.send()
    if (report.link !== 'busy') this.link = report.link
    if (report.skew !== null) this.skew = report.skew
    await this.recount()
    this.changed()
  }

  private async recount(): Promise<void> {
    this.counts = await this.store.counts()
  }

  get clock(): 'ok' | 'warn' | 'off' {
    return clockState(this.skew)
  }

  /** Do something at the table and keep what it asks to keep; one after the other, however fast codes are read. */
  act(ask: (table: Table) => Outcome): Promise<Outcome | null> {
    const done = this.tail.then(async () => {
      const { table } = this
      if (!table) return null
      const outcome = ask(table)
      if (outcome.item) {
        table.apply(await this.store.append(outcome.item, table.round.id))
        this.counts.pending += 1
      }
      return outcome
    })
    this.tail = done.catch(() => undefined)
    return done
  }

  /** Close until the PIN is given again. */
  close(): void {
    clearInterval(this.timer)
    this.store.close()
    this.table = null
    this.roster = null
    this.listed = null
  }
}
