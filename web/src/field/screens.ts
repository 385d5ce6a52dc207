/** The screens as they follow from the table and the queue. */

import { at, button, make, put, say, show } from './dom'
import type { Session } from './session'
import { type Table, heads, passCode } from './table'

const MOST = 200

const clock = (at: string): string =>
  new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hour12: false })

/** The tube being filled: its code, how many are in it, who came last. */
export function drawTube(table: Table): void {
  const { tube } = table
  show('no-tube', tube === null)
  show('one-tube', tube !== null)
  at<HTMLInputElement>('swab-code').placeholder = say(tube ? 'scan_person' : 'scan_tube')
  if (!tube) return
  const n = heads(tube)
  const most = table.round.pool_size
  put('tube-code', tube.code)
  put('tube-n', `${n}/${most}`)
  at('tube-dots').replaceChildren(
    ...Array.from({ length: Math.max(most, n) }, (_, index) => make('span', index < n ? 'is-full' : '')),
  )
  put('pass-code', passCode(tube))
  const last = tube.entries.at(-1)
  const person = last?.ref != null ? table.people.get(last.ref) : undefined
  put('last-name', person?.name_masked ?? last?.guest?.name ?? '')
  put('last-four', person?.last4 ?? last?.guest?.doc_no.slice(-4) ?? '')
  put('last-team', person ? person.team : last?.guest ? say('guest') : '')
  at('one-tube').classList.toggle('is-full', n >= most)
}

/** Who is due and who has been swabbed here; a tap puts somebody into the tube. */
export function drawList(table: Table, wanted: string, add: (ref: number) => void): void {
  const everybody = [...table.people.values()]
  const due = everybody.filter((one) => one.due)
  put('list-count', say('list_count', { n: due.filter((one) => table.done(one.ref)).length, all: due.length }))
  const text = wanted.trim().toUpperCase()
  const found = everybody.filter((one) => !text || `${one.name_masked} ${one.no} ${one.last4} ${one.team} ${one.enterprise}`.toUpperCase().includes(text))
  found.sort((a, b) => Number(table.done(a.ref)) - Number(table.done(b.ref)) || a.team.localeCompare(b.team) || a.no.localeCompare(b.no))
  at('list-rows').replaceChildren(
    ...found.slice(0, MOST).map((one) => {
      const done = table.done(one.ref)
      const row = button('', done ? 'field-row is-done' : 'field-row', () => add(one.ref))
      row.disabled = table.tube === null
      row.append(
        make('strong', '', one.name_masked),
        make('span', '', `${one.no} · ${one.last4}`),
        make('span', 'field-muted', done ? say('done') : one.due ? one.team : say('not_due')),
      )
      return make('li', '', row)
    }),
  )
  put('list-more', found.length > MOST ? say('list_more', { n: found.length - MOST }) : '')
}

/** The rounds of today, where there is more than one. */
export function drawRounds(session: Session): void {
  const rounds = session.roster?.rounds ?? []
  at('rounds').replaceChildren(
    ...(rounds.length < 2 ? [] : rounds).map(({ round }) => {
      const one = button(say('round', { n: round.id, size: round.pool_size }), 'field-small', () => void session.choose(round.id))
      one.setAttribute('aria-pressed', String(round.id === session.listed?.round.id))
      return one
    }),
  )
}

/** Tubes in no box, the box being packed, and boxes to be handed over. */
export function drawBoxes(table: Table, hand: (code: string) => void): void {
  const box = table.packing === null ? null : table.boxes.get(table.packing)
  at<HTMLInputElement>('pack-code').placeholder = say(box ? 'scan_loose' : 'scan_box')
  show('one-box', !!box)
  put('box-code', box?.code ?? '')
  put('box-n', box ? say('box_n', { n: box.tubes.length }) : '')
  put('loose-n', say('loose', { n: table.loose.length }))
  at('loose').replaceChildren(...table.loose.map((one) => make('li', '', `${one.code} · ${heads(one)}`)))
  const rest = [...table.boxes.values()].filter((one) => one.state !== 'open')
  at('boxes').replaceChildren(
    ...rest.map((one) => {
      const line = make('li', 'field-line', make('span', '', `${one.code} · ${say('box_n', { n: one.tubes.length })}`))
      line.append(one.state === 'handed' ? make('span', 'field-muted', say('handed')) : button(say('hand'), 'field-small', () => hand(one.code)))
      return line
    }),
  )
}

/** What was not taken, why, and what can be done. */
export async function drawQueue(session: Session, again: () => void): Promise<void> {
  const { counts } = session
  put('queue-numbers', say('queue_numbers', { ...counts }))
  const rows = await session.store.troubled()
  at('queue-rows').replaceChildren(
    ...rows.slice(0, MOST).map((one) => {
      const line = make('li', 'field-line', make('span', '', `#${one.seq} ${clock(one.at)}`))
      line.append(make('span', one.state === 'rejected' ? 'is-bad' : 'field-muted', one.why || say(`state_${one.state}`)))
      if (one.state === 'rejected') {
        line.append(button(say('retry'), 'field-small', () => void session.store.retry(one.seq).then(() => session.send()).then(again)))
      }
      return line
    }),
  )
}
