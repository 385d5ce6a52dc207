/**
 * The worker that lets the page open without a network. Its files and their version come from the server in front of
 * this script. The files are one set: a page is never shown with the scripts of another version.
 */

interface Install extends Event {
  waitUntil(done: Promise<unknown>): void
}
interface Fetched extends Install {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface Scope {
  readonly PZ_FIELD: { version: string; page: string; files: string[] }
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  addEventListener(name: 'install' | 'activate', heard: (event: Install) => void): void
  addEventListener(name: 'fetch', heard: (event: Fetched) => void): void
}

const scope = self as unknown as Scope
const { version, page, files } = scope.PZ_FIELD
const NAME = `pz-field-${version}`
const known = new Set(files)
/**
 * A dead wireless network lets a request hang: after this the kept page is shown, which is the same but for the words
 * of a newer version. What comes later is kept for the next time.
 */
const SOON = 400
const PATIENCE = 15_000

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((kept) => kept.addAll([page, ...files]))
      .then(() => scope.skipWaiting()),
  )
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((one) => one.startsWith('pz-field-') && one !== NAME).map((one) => caches.delete(one))))
      .then(() => scope.clients.claim()),
  )
})

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(NAME)).match(path)
}

/** Whether a page needs no scripts but those of this set: another version's worker keeps its page and its files. */
async function ours(answer: Response): Promise<boolean> {
  const named = (await answer.text()).matchAll(/\ssrc="([^"]+)"/g)
  return [...named].every(([, file = '']) => known.has(new URL(file, location.origin).pathname))
}

/** Ask the network. A redirect would keep another page under this address; an error page is worth less than the kept. */
async function asked(request: Request): Promise<Response | null> {
  const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) })
  if (!answer.ok || answer.redirected) return null
  if (await ours(answer.clone())) await (await caches.open(NAME)).put(page, answer.clone())
  return answer
}

async function shown(event: Fetched): Promise<Response> {
  const asking = asked(event.request)
  event.waitUntil(asking.catch(() => null))
  const late = new Promise<null>((done) => setTimeout(() => done(null), SOON))
  const soon = await Promise.race([asking.catch(() => null), late])
  const found = soon ?? (await kept(page))
  if (found) return found
  return (await asking) ?? fetch(event.request)
}

scope.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  if (event.request.mode === 'navigate' && url.pathname === page) event.respondWith(shown(event))
  else if (known.has(url.pathname)) {
    event.respondWith(kept(url.pathname).then((found) => found ?? fetch(event.request)))
  }
})
