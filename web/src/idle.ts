/**
 * Says when the session is about to end because nobody touched the page, and keeps what was typed.
 *
 * <body data-idle="1800"> gives the seconds. Requests the page makes by itself carry X-Background, so a page
 * that refreshes does not keep a session alive. After the end the dialog stays: the person signs in again in
 * another tab and goes on here; the form tokens of this page are renewed then.
 */

const WARN_SECONDS = 120
const USE = ['pointerdown', 'keydown', 'input'] as const

let usedAt = Date.now()
let keptAt = Date.now()

function token(): string {
  const headers = JSON.parse(document.body.getAttribute('hx-headers') ?? '{}') as Record<string, string>
  return headers['X-CSRFToken'] ?? ''
}

function cookie(): string {
  const found = document.cookie.split('; ').find((one) => one.startsWith('csrftoken='))
  return found ? found.slice('csrftoken='.length) : token()
}

function renew(csrf: string): void {
  document.body.setAttribute('hx-headers', JSON.stringify({ 'X-CSRFToken': csrf }))
  for (const field of document.querySelectorAll<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')) field.value = csrf
}

/** Tell the server that somebody is there. Returns whether the session still lives. */
async function keep(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'X-CSRFToken': cookie(), Accept: 'application/json' },
      redirect: 'manual',
    })
    if (!answer.ok) return false
    renew(((await answer.json()) as { csrf: string }).csrf)
    keptAt = usedAt = Date.now()
    return true
  } catch {
    return false
  }
}

/** Mark requests nobody asked for, and watch for use when the page says how long a session may idle. */
export function startIdle(): void {
  document.addEventListener('htmx:configRequest', (event) => {
    const detail = (event as CustomEvent<{ headers: Record<string, string>; triggeringEvent?: Event }>).detail
    if (!detail.triggeringEvent?.isTrusted) detail.headers['X-Background'] = '1'
  })
  const seconds = Number(document.body.dataset.idle ?? '0')
  const dialog = document.getElementById('idle')
  const url = document.body.dataset.keep
  if (!seconds || !url || !(dialog instanceof HTMLDialogElement)) return
  for (const kind of USE) document.addEventListener(kind, () => { usedAt = Date.now() }, { passive: true })
  dialog.addEventListener('click', (event) => {
    if (!(event.target instanceof Element) || !event.target.closest('[data-idle-stay]')) return
    void keep(url).then((alive) => {
      if (alive) dialog.close()
      else dialog.dataset.over = ''
    })
  })
  dialog.addEventListener('cancel', (event) => event.preventDefault())
  window.setInterval(() => {
    const quiet = (Date.now() - usedAt) / 1000
    // somebody types a long text without any request: the server has to hear of it
    if (quiet < 60 && (Date.now() - keptAt) / 1000 > Math.min(300, seconds / 3)) void keep(url)
    if (quiet > seconds - WARN_SECONDS && !dialog.open) dialog.showModal()
    if (quiet > seconds) dialog.dataset.over = ''
  }, 5000)
}
