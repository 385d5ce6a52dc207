import 'fake-indexeddb/auto'

import { describe, expect, it } from 'vitest'

import { Vault } from './cipher'
import { Store, type Result } from './store'
import { BATCH, type Fetch, Sync, clockState } from './sync'

const FAST = 1000
let made = 0

async function phone(): Promise<Store> {
  const store = new Store(`t${(made += 1)}`)
  await store.enrol('pzd_secret', 42, '135790', FAST)
  return store
}

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

/** A server that stores what it is sent and answers like the real one. */
function server(kept: Map<string, unknown> = new Map()): { kept: Map<string, unknown>; calls: number[]; get: Fetch } {
  const calls: number[] = []
  const get: Fetch = (_path, init) => {
    const { items } = JSON.parse(String(init?.body)) as { items: { id: string }[] }
    calls.push(items.length)
    const results = items.map((one) => {
      const status: Result['status'] = kept.has(one.id) ? 'duplicate' : 'accepted'
      kept.set(one.id, one)
      return { id: one.id, status, code: '', why: '' }
    })
    return Promise.resolve(json({ now: new Date().toISOString(), results }))
  }
  return { kept, calls, get }
}

describe('a phone', () => {
  it('keeps nothing that can be read without its PIN', async () => {
    const store = await phone()
    await store.append({ kind: 'sample', tube: 'T0001', place: 1, walk_in: { name: '麻思齐', doc_no: 'X' } }, 7)
    store.close()
    const again = new Store(`t${made}`)
    expect(await again.unlock('000000')).toBe(false)
    await expect(again.items(7)).rejects.toThrow('locked')
    const kept = JSON.stringify(await again.troubled())
    expect(kept).not.toContain('T0001')
    expect(kept).not.toContain('麻')
    expect(await again.unlock('135790')).toBe(true)
    expect((await again.items(7))[0]).toMatchObject({ tube: 'T0001', seq: 1 })
    expect(await again.token()).toBe('pzd_secret')
  })

  it('numbers its records without a gap, also at once', async () => {
    const store = await phone()
    await Promise.all(Array.from({ length: 20 }, () => store.append({ kind: 'seal', tube: 'T0001' }, 7)))
    expect((await store.items(7)).map((one) => one.seq)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
  })

  it('goes to another sampler with his own PIN, the queue with it', async () => {
    const store = await phone()
    await store.append({ kind: 'seal', tube: 'T0001' }, 7)
    await store.handOver('皮乐天', '246802', FAST)
    store.close()
    expect(await store.unlock('135790')).toBe(false)
    expect(await store.unlock('246802')).toBe(true)
    expect(await store.sampler()).toBe('皮乐天')
    expect(await store.items(7)).toHaveLength(1)
  })

  it('is not enrolled anew while it holds what was not sent', async () => {
    const store = await phone()
    await store.append({ kind: 'seal', tube: 'T0001' }, 7)
    await expect(store.enrol('pzd_other', 43, '111111', FAST)).rejects.toThrow('unsent')
    await expect(store.renew('pzd_other', 43)).rejects.toThrow('other_device')
    await store.renew('pzd_new', 42)
    expect(await store.token()).toBe('pzd_new')
    expect(await store.items(7)).toHaveLength(1)
  })

  it('forgets what was sent a day ago, and nothing else', async () => {
    const store = await phone()
    const [one, two] = [await store.append({ kind: 'seal', tube: 'A001' }, 7), await store.append({ kind: 'seal', tube: 'A002' }, 7)]
    await store.mark([{ id: one.id, status: 'accepted', code: '', why: '' }], new Date('2026-03-01T00:00:00Z'))
    await store.forget('2026-03-02', new Date('2026-03-02T00:00:01Z'))
    expect((await store.items(7)).map((kept) => kept.id)).toEqual([two.id])
  })
})

describe('sending', () => {
  it('empties the queue in batches, and once more changes nothing', async () => {
    const store = await phone()
    for (let n = 0; n < BATCH + 5; n += 1) await store.append({ kind: 'seal', tube: `T${1000 + n}` }, 7)
    const { kept, calls, get } = server()
    const sync = new Sync(store, '/api/v1/', get)
    expect(await sync.send()).toMatchObject({ link: 'sent', sent: BATCH + 5 })
    expect(calls).toEqual([BATCH, 5])
    expect(kept.size).toBe(BATCH + 5)
    expect(await sync.send()).toMatchObject({ link: 'sent', sent: 0 })
    expect(await store.counts()).toEqual({ pending: 0, done: BATCH + 5, conflict: 0, rejected: 0 })
  })

  it('keeps the queue when an answer is lost, and the server then has each once', async () => {
    const store = await phone()
    await store.append({ kind: 'seal', tube: 'T0001' }, 7)
    const { kept, get } = server()
    const losing: Fetch = async (path, init) => {
      await get(path, init)
      throw new TypeError('network')
    }
    expect(await new Sync(store, '/api/v1/', losing).send()).toMatchObject({ link: 'offline' })
    expect((await store.counts()).pending).toBe(1)
    expect(await new Sync(store, '/api/v1/', get).send()).toMatchObject({ link: 'sent' })
    expect(kept.size).toBe(1)
  })

  it('keeps the queue when the token is refused or the server is in trouble', async () => {
    const store = await phone()
    await store.append({ kind: 'seal', tube: 'T0001' }, 7)
    for (const [status, link] of [[401, 'refused'], [403, 'refused'], [503, 'trouble']] as const) {
      const get: Fetch = () => Promise.resolve(json({}, status))
      expect(await new Sync(store, '/api/v1/', get).send()).toMatchObject({ link })
    }
    expect((await store.counts()).pending).toBe(1)
  })

  it('lets a refused record hold up nothing, and shows why', async () => {
    const store = await phone()
    const bad = await store.append({ kind: 'seal', tube: 'T0001' }, 7)
    await store.append({ kind: 'seal', tube: 'T0002' }, 7)
    const get: Fetch = (_path, init) => {
      const { items } = JSON.parse(String(init?.body)) as { items: { id: string }[] }
      const results = items.map((one) =>
        one.id === bad.id
          ? { id: one.id, status: 'rejected', code: 'tube_round', why: '这个管码已在另一轮次使用。' }
          : { id: one.id, status: 'accepted_conflict', code: 'second_tube', why: '同一人在两管。' },
      )
      return Promise.resolve(json({ now: new Date().toISOString(), results }))
    }
    await new Sync(store, '/api/v1/', get).send()
    expect(await store.counts()).toEqual({ pending: 0, done: 0, conflict: 1, rejected: 1 })
    expect((await store.troubled()).map((one) => one.code)).toEqual(['second_tube', 'tube_round'])
    expect((await store.unsent()).map((one) => one.id)).toEqual([bad.id])
    await store.retry(bad.seq)
    expect((await store.counts()).pending).toBe(1)
  })

  it('measures how far the clock of the phone is ahead', async () => {
    const store = await phone()
    await store.append({ kind: 'seal', tube: 'T0001' }, 7)
    const get: Fetch = (_path, init) => {
      const { items } = JSON.parse(String(init?.body)) as { items: { id: string }[] }
      const now = new Date(Date.now() - 3 * 3600_000).toISOString()
      const results = items.map((one) => ({ id: one.id, status: 'accepted', code: '', why: '' }))
      return Promise.resolve(json({ now, results }))
    }
    const { skew } = await new Sync(store, '/api/v1/', get).send()
    expect(Math.round((skew ?? 0) / 60_000)).toBe(180)
    expect([clockState(skew), clockState(3 * 60_000), clockState(-1000)]).toEqual(['off', 'warn', 'ok'])
  })
})

describe('a vault', () => {
  it('opens nothing of another', async () => {
    const [one, two] = [await Vault.make('123456', FAST), await Vault.make('123456', FAST)]
    await expect(two.vault.open(await one.vault.seal('x'))).rejects.toThrow()
  })
})
