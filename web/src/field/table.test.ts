import { describe, expect, it } from 'vitest'

import { folded, isCode, isIdNumber } from './codes'
import { type Draft, type Item, type Outcome, type Person, Table, passCode } from './table'

const person = (ref: number, more: Partial<Person> = {}): Person => ({
  ref,
  no: `E01-${String(ref).padStart(5, '0')}`,
  name_masked: '贝*',
  enterprise: '明湖轻合金有限公司',
  last4: String(1000 + ref),
  team: '熔炼一班',
  due: true,
  ...more,
})
const round = { id: 7, day: '2026-03-02', kind: 'regular', pool_size: 3 }

class Desk {
  items: Item[] = []
  table: Table

  constructor(readonly people: ReadonlyMap<number, Person> = new Map([1, 2, 3, 4, 5].map((n) => [n, person(n)]))) {
    this.table = new Table(round, people)
  }

  store(draft: Draft): void {
    const seq = this.items.length + 1
    const item: Item = { ...draft, id: `id-${seq}`, seq, at: `2026-03-02T08:00:${String(seq).padStart(2, '0')}Z`, round: 7 }
    this.items.push(item)
    this.table.apply(item)
  }

  do(outcome: Outcome): Outcome {
    if (outcome.item) this.store(outcome.item)
    return outcome
  }

  get again(): Table {
    return new Table(round, this.people, this.items)
  }
}

const plain = (table: Table): unknown => [
  [...table.tubes.values()],
  [...table.boxes.values()],
  table.current,
  table.packing,
]

describe('codes', () => {
  it('read the same however they came in', () => expect(folded(' ｔ１２３ 45\u3000')).toBe('T12345'))
  it('are of 4 to 32 signs', () => {
    expect(isCode('A1-2')).toBe(true)
    expect(isCode('A1')).toBe(false)
    expect(isCode('管01234')).toBe(false)
  })
  it('of documents carry their check character and a real date', () => {
    expect(isIdNumber('11010519491231002X')).toBe(true)
    expect(isIdNumber('110105194912310021')).toBe(false)
    expect(isIdNumber('11010519490231002X')).toBe(false)
  })
})

describe('a tube', () => {
  it('takes people by number or last four, fills, and is sealed by its own code', () => {
    const desk = new Desk()
    expect(desk.do(desk.table.scan('T0001')).word).toBe('opened')
    expect(desk.do(desk.table.scan('e01-00001')).word).toBe('added')
    expect(desk.do(desk.table.scan('1002')).word).toBe('added')
    expect(desk.do(desk.table.scan('E01-00003')).word).toBe('full')
    expect(desk.table.n).toBe(3)
    expect(desk.do(desk.table.scan('t0001')).word).toBe('sealed')
    expect(desk.table.current).toBeNull()
    expect(desk.items.map((one) => [one.kind, one.person, one.place])).toEqual([
      ['sample', 1, 1],
      ['sample', 2, 2],
      ['sample', 3, 3],
      ['seal', undefined, undefined],
    ])
    expect(plain(desk.again)).toEqual(plain(desk.table))
  })

  it('never takes the same person twice (rule 1)', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    desk.do(desk.table.scan('1001'))
    expect(desk.table.add({ ref: 1 }, true)).toMatchObject({ word: 'twice_in_tube', good: false })
  })

  it('asks before somebody goes into a second one, and keeps both (rule 2)', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    desk.do(desk.table.scan('1001'))
    desk.do(desk.table.scan('T0001'))
    desk.do(desk.table.scan('T0002'))
    expect(desk.table.scan('1001')).toMatchObject({ ask: 'second_tube', detail: 'T0001' })
    expect(desk.do(desk.table.add({ ref: 1 }, true)).good).toBe(true)
    expect(desk.items).toHaveLength(3)
  })

  it('takes more people than it is for with a reason only (rule 4)', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    for (const code of ['1001', '1002', '1003']) desk.do(desk.table.scan(code))
    expect(desk.table.scan('1004')).toMatchObject({ ask: 'over', good: false })
    expect(desk.table.add({ ref: 4 }, false, ' ')).toMatchObject({ ask: 'over' })
    expect(desk.do(desk.table.add({ ref: 4 }, false, '管不够')).item).toMatchObject({ place: 4, override: '管不够' })
  })

  it('is not opened again once it is sealed (rule 5)', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    desk.do(desk.table.scan('1001'))
    desk.do(desk.table.scan('T0001'))
    expect(desk.do(desk.table.scan('T0001'))).toMatchObject({ word: 'tube_used', good: false })
  })

  it('takes somebody who is on no list by name and document (rule 6)', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    expect(desk.table.scan('9999')).toMatchObject({ ask: 'unknown' })
    const guest = { name: '麻思齐', doc_no: '11010519491231002X' }
    expect(desk.do(desk.table.add({ guest })).item).toMatchObject({ walk_in: guest, place: 1 })
    expect(desk.table.add({ guest })).toMatchObject({ word: 'twice_in_tube' })
  })

  it('goes on upon another phone with the places that follow (rule 3)', () => {
    const one = new Desk()
    one.do(one.table.scan('T0001'))
    one.do(one.table.scan('1001'))
    const tube = one.table.tube
    expect(tube && passCode(tube)).toBe('PZH-1-T0001')
    expect(one.do(one.table.pass('PZD-42')).item).toEqual({ kind: 'handover', tube: 'T0001', to: '42' })
    expect(one.table.current).toBeNull()
    const two = new Desk()
    two.do(two.table.scan('PZH-1-T0001'))
    expect(two.table.n).toBe(1)
    expect(two.do(two.table.scan('1002')).item).toMatchObject({ tube: 'T0001', place: 2 })
    expect(two.again.n).toBe(2)
  })

  it('that is given up frees its people', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    desk.do(desk.table.scan('1001'))
    expect(desk.table.discard('T0001', ' ').word).toBe('reason')
    desk.do(desk.table.discard('T0001', '管破'))
    expect(desk.table.done(1)).toBe(false)
    desk.do(desk.table.scan('T0002'))
    expect(desk.do(desk.table.scan('1001')).word).toBe('added')
  })

  it('without anybody in it is forgotten when it is sealed', () => {
    const desk = new Desk()
    desk.do(desk.table.scan('T0001'))
    expect(desk.do(desk.table.scan('T0001')).word).toBe('empty')
    expect(desk.do(desk.table.scan('T0001')).word).toBe('opened')
  })

  it('asks before somebody held goes in', () => {
    const desk = new Desk(new Map([[1, person(1, { held: true })]]))
    desk.do(desk.table.scan('T0001'))
    expect(desk.table.scan('1001')).toMatchObject({ ask: 'held' })
  })
})

describe('a box', () => {
  const packed = (): Desk => {
    const desk = new Desk()
    for (const [tube, who] of [['T0001', '1001'], ['T0002', '1002']] as const) {
      desk.do(desk.table.scan(tube))
      desk.do(desk.table.scan(who))
      desk.do(desk.table.scan(tube))
    }
    return desk
  }

  it('takes sealed tubes once, is closed by its own code and handed over by name', () => {
    const desk = packed()
    expect(desk.table.loose).toHaveLength(2)
    expect(desk.do(desk.table.pack('BOX-1')).word).toBe('box_opened')
    expect(desk.do(desk.table.pack('T0001')).word).toBe('boxed')
    expect(desk.do(desk.table.pack('T0001'))).toMatchObject({ word: 'two_boxes', good: false })
    expect(desk.do(desk.table.pack('T0009')).word).toBe('not_sealed')
    expect(desk.do(desk.table.pack('BOX-1')).word).toBe('box_sealed')
    expect(desk.do(desk.table.pack('BOX-2')).word).toBe('box_opened')
    expect(desk.do(desk.table.pack('T0001'))).toMatchObject({ word: 'two_boxes', detail: 'BOX-1' })
    expect(desk.table.hand('BOX-1', ' ')).toMatchObject({ word: 'to' })
    expect(desk.do(desk.table.hand('BOX-1', '皮乐天')).word).toBe('handed')
    expect(desk.again.tubes.get('T0001')?.state).toBe('handed')
    expect(desk.table.loose.map((one) => one.code)).toEqual(['T0002'])
  })

  it('without a tube is forgotten when it is closed', () => {
    const desk = packed()
    desk.do(desk.table.pack('BOX-1'))
    expect(desk.do(desk.table.pack('BOX-1')).word).toBe('empty')
    expect(desk.table.packing).toBeNull()
  })

  it('is never a tube', () => {
    const desk = packed()
    expect(desk.do(desk.table.pack('T0001'))).toMatchObject({ word: 'no_box', good: false })
  })
})
