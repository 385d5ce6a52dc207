/**
 * The sampler's table: which tubes are open, who is in them, what is in the box. Everything follows from the records
 * of this phone in their order, so a reload or a second look gives the same table. Nothing here touches a store.
 */

import { folded, isCode } from './codes'

/** Somebody on today's list. `ref` is the number of the employment; the name is masked, `last4` of the document. */
export interface Person {
  ref: number
  no: string
  name_masked: string
  last4: string
  enterprise: string
  team: string
  due: boolean
  held?: boolean
}

/** Somebody on no list. */
export interface Guest {
  name: string
  doc_no: string
}

export type Kind = 'sample' | 'seal' | 'void' | 'box' | 'box_seal' | 'handover'

/** What happened, before it has a number. */
export interface Draft {
  kind: Kind
  tube?: string
  person?: number
  walk_in?: Guest
  place?: number
  box?: string
  override?: string
  to?: string
}

/** One record of the queue. `at` is the phone's clock. */
export interface Item extends Draft {
  id: string
  seq: number
  at: string
  round: number
}

export interface Entry {
  key: string
  ref: number | null
  guest: Guest | null
  at: string
}

export interface Tube {
  code: string
  state: 'open' | 'sealed' | 'boxed' | 'handed' | 'passed' | 'void'
  entries: Entry[]
  box: string | null
  /** How many were in it already when another phone passed it on. */
  base: number
}

export interface Box {
  code: string
  state: 'open' | 'sealed' | 'handed'
  tubes: string[]
}

/** The round as the server told it. */
export interface Round {
  id: number
  day: string
  kind: string
  pool_size: number
}

export type Word =
  | 'opened'
  | 'added'
  | 'full'
  | 'sealed'
  | 'voided'
  | 'passed'
  | 'boxed'
  | 'box_opened'
  | 'box_sealed'
  | 'handed'
  | 'code'
  | 'twice_in_tube'
  | 'second_tube'
  | 'over'
  | 'unknown'
  | 'held'
  | 'no_tube'
  | 'empty'
  | 'tube_used'
  | 'two_boxes'
  | 'not_sealed'
  | 'no_box'
  | 'box_used'
  | 'reason'
  | 'to'

/**
 * What came of an act. With `item` it is to be stored; with `ask` the sampler has to say something first:
 * `second_tube` and `held` to go on all the same, `over` a reason, `unknown` who it is.
 */
export interface Outcome {
  word: Word
  good: boolean
  item?: Draft
  ask?: 'second_tube' | 'held' | 'over' | 'unknown'
  detail?: string
}

const keyOf = (ref: number | null, guest: Guest | null): string => (ref !== null ? `p${ref}` : `g${guest?.doc_no ?? ''}`)

/** How many people are in a tube. */
export const heads = (tube: Tube): number => tube.base + tube.entries.length

/** What the screen of the phone that passes a tube on shows: the tube and how many are in it. */
export const passCode = (tube: Tube): string => `PZH-${heads(tube)}-${tube.code}`

const no = (word: Word, detail = ''): Outcome => ({ word, good: false, detail })

const fresh = (code: string, base: number): Tube => ({ code, state: 'open', entries: [], box: null, base })

export class Table {
  readonly tubes = new Map<string, Tube>()
  readonly boxes = new Map<string, Box>()
  /** The tube being filled, and the box being packed. */
  current: string | null = null
  packing: string | null = null
  /** In which tube somebody is, by key. */
  private readonly where = new Map<string, string>()

  constructor(
    readonly round: Round,
    readonly people: ReadonlyMap<number, Person>,
    items: readonly Item[] = [],
  ) {
    for (const item of [...items].sort((a, b) => a.seq - b.seq)) if (item.round === round.id) this.apply(item)
  }

  /** The tube being filled. */
  get tube(): Tube | null {
    return this.current === null ? null : (this.tubes.get(this.current) ?? null)
  }

  /** How many are in the tube being filled. */
  get n(): number {
    return this.tube ? heads(this.tube) : 0
  }

  /** Whether somebody of the list has been swabbed on this phone in this round. */
  done(ref: number): boolean {
    return this.where.has(keyOf(ref, null))
  }

  /** Tubes that are sealed and in no box yet. */
  get loose(): Tube[] {
    return [...this.tubes.values()].filter((one) => one.state === 'sealed')
  }

  /** Take a record into account. Records are facts: what does not fit is ignored here and judged by the server. */
  apply(item: Item): void {
    if (item.kind === 'sample' && item.tube !== undefined) {
      const tube = this.tubes.get(item.tube) ?? fresh(item.tube, (item.place ?? 1) - 1)
      this.tubes.set(item.tube, tube)
      const ref = item.person ?? null
      const guest = item.walk_in ?? null
      tube.entries.push({ key: keyOf(ref, guest), ref, guest, at: item.at })
      this.where.set(keyOf(ref, guest), item.tube)
      if (tube.state === 'open') this.current = item.tube
      return
    }
    const tube = item.tube === undefined ? undefined : this.tubes.get(item.tube)
    if (item.kind === 'seal' && tube) tube.state = 'sealed'
    if (item.kind === 'void' && tube) {
      tube.state = 'void'
      for (const entry of tube.entries) if (this.where.get(entry.key) === tube.code) this.where.delete(entry.key)
    }
    if (item.kind === 'handover' && tube) tube.state = 'passed'
    if (tube && tube.state !== 'open' && this.current === tube.code) this.current = null
    if (item.box === undefined) return
    const box = this.boxes.get(item.box) ?? { code: item.box, state: 'open' as const, tubes: [] }
    this.boxes.set(item.box, box)
    if (item.kind === 'box' && tube) {
      tube.state = 'boxed'
      tube.box = box.code
      box.tubes.push(tube.code)
      this.packing = box.code
    }
    if (item.kind === 'box_seal') {
      box.state = 'sealed'
      if (this.packing === box.code) this.packing = null
    }
    if (item.kind === 'handover' && item.tube === undefined) {
      box.state = 'handed'
      for (const code of box.tubes) {
        const inside = this.tubes.get(code)
        if (inside) inside.state = 'handed'
      }
    }
  }

  /** Somebody by employee number, or by the last four of the document where only one on the list has them. */
  find(text: string): Person[] {
    const wanted = folded(text)
    if (!wanted) return []
    const everybody = [...this.people.values()]
    const numbered = everybody.filter((one) => folded(one.no) === wanted)
    return numbered.length ? numbered : everybody.filter((one) => one.last4 !== '' && folded(one.last4) === wanted)
  }

  /** A code at the swabbing table: a tube to begin with, then people, then the same tube to seal it. */
  scan(text: string): Outcome {
    const code = folded(text)
    if (this.current === null) return this.open(code)
    if (code === this.current) return this.seal()
    const found = this.find(code)
    const only = found[0]
    if (found.length === 1 && only) return this.add({ ref: only.ref })
    return { word: 'unknown', good: false, ask: 'unknown', detail: code }
  }

  /** Begin a tube, or go on with one that another phone passed on. Nothing is stored before somebody is in it. */
  open(text: string): Outcome {
    const passed = /^PZH-(\d{1,2})-(.+)$/.exec(text)
    const code = passed?.[2] ?? text
    if (!isCode(code)) return no('code', code)
    const known = this.tubes.get(code)
    if (known && known.state !== 'open') return no('tube_used', code)
    if (!known) this.tubes.set(code, fresh(code, Number(passed?.[1] ?? 0)))
    this.current = code
    return { word: 'opened', good: true, detail: code }
  }

  /**
   * Put somebody into the tube. `sure`: although he was swabbed before or is held; `reason`: although it is full.
   * Twice into the same tube is never possible (front.md 9.4, rules 1, 2 and 4).
   */
  add(who: { ref: number } | { guest: Guest }, sure = false, reason = ''): Outcome {
    const tube = this.tube
    if (!tube) return no('no_tube')
    const ref = 'ref' in who ? who.ref : null
    const guest = 'guest' in who ? who.guest : null
    const key = keyOf(ref, guest)
    if (tube.entries.some((entry) => entry.key === key)) return no('twice_in_tube')
    if (!sure && ref !== null && this.people.get(ref)?.held) return { word: 'held', good: false, ask: 'held' }
    const before = this.where.get(key)
    if (!sure && before !== undefined) return { word: 'second_tube', good: false, ask: 'second_tube', detail: before }
    const over = heads(tube) >= this.round.pool_size
    if (over && !reason.trim()) return { word: 'over', good: false, ask: 'over' }
    const item: Draft = { kind: 'sample', tube: tube.code, place: heads(tube) + 1 }
    if (ref !== null) item.person = ref
    if (guest !== null) item.walk_in = guest
    if (over) item.override = reason.trim()
    const full = heads(tube) + 1 >= this.round.pool_size
    return { word: full ? 'full' : 'added', good: true, item }
  }

  /** Close the tube being filled. */
  seal(): Outcome {
    const tube = this.tube
    if (!tube) return no('no_tube')
    if (!heads(tube)) {
      this.tubes.delete(tube.code)
      this.current = null
      return no('empty')
    }
    return { word: 'sealed', good: true, item: { kind: 'seal', tube: tube.code }, detail: tube.code }
  }

  /** Give a tube up: broken, spilt, mixed up. Its people have to be swabbed again. */
  discard(code: string, reason: string): Outcome {
    const tube = this.tubes.get(code)
    if (!tube || (tube.state !== 'open' && tube.state !== 'sealed')) return no('tube_used', code)
    if (!reason.trim()) return no('reason')
    return { word: 'voided', good: true, item: { kind: 'void', tube: code, override: reason.trim() } }
  }

  /** Pass the tube being filled on to another phone, by the number that phone shows. */
  pass(device: string): Outcome {
    const tube = this.tube
    if (!tube || !tube.entries.length) return no('no_tube')
    const to = folded(device).replace(/^PZD-/, '')
    if (!/^\d{1,18}$/.test(to)) return no('to', device)
    return { word: 'passed', good: true, item: { kind: 'handover', tube: tube.code, to } }
  }

  /** A code at the packing table: the box first, then sealed tubes (front.md 9.1: tube, people, box). */
  pack(text: string): Outcome {
    const code = folded(text)
    if (!isCode(code)) return no('code', code)
    if (this.packing === null) {
      const known = this.boxes.get(code)
      if (this.tubes.has(code)) return no('no_box', code)
      if (known && known.state !== 'open') return no('box_used', code)
      if (!known) this.boxes.set(code, { code, state: 'open', tubes: [] })
      this.packing = code
      return { word: 'box_opened', good: true, detail: code }
    }
    if (code === this.packing) return this.closeBox()
    const tube = this.tubes.get(code)
    if (tube?.state === 'boxed' || tube?.state === 'handed') return no('two_boxes', tube.box ?? '')
    if (!tube || tube.state !== 'sealed') return no('not_sealed', code)
    return { word: 'boxed', good: true, item: { kind: 'box', tube: code, box: this.packing }, detail: code }
  }

  /** Close the box being packed. */
  closeBox(): Outcome {
    const box = this.packing === null ? null : this.boxes.get(this.packing)
    if (!box) return no('no_box')
    if (!box.tubes.length) {
      this.boxes.delete(box.code)
      this.packing = null
      return no('empty')
    }
    return { word: 'box_sealed', good: true, item: { kind: 'box_seal', box: box.code }, detail: box.code }
  }

  /** Hand a sealed box over to somebody by name. */
  hand(code: string, to: string): Outcome {
    const box = this.boxes.get(code)
    if (!box || box.state !== 'sealed') return no('no_box', code)
    if (to.trim().length < 2) return no('to')
    return { word: 'handed', good: true, item: { kind: 'handover', box: code, to: to.trim() }, detail: code }
  }
}
