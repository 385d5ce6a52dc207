/** Messages: what the server or the network refused is always said in words, never swallowed. */

interface Detail {
  xhr?: XMLHttpRequest
  shouldSwap?: boolean
  isError?: boolean
  target?: Element
}

const detailOf = (event: Event): Detail => (event as CustomEvent<Detail>).detail

/** The live region that is visible now: an open dialog lies above the page's own. */
function region(): HTMLElement | null {
  const dialogs = document.querySelectorAll<HTMLDialogElement>('dialog[open]')
  const top = dialogs[dialogs.length - 1]
  return top?.querySelector<HTMLElement>('[data-messages]') ?? document.getElementById('messages')
}

/** Which of the texts in the region's data attributes tells this failure. */
export function failureKey(status: number): 'offline' | 'expired' | 'refused' | 'busy' | 'failed' {
  if (status === 0) return 'offline'
  if (status === 401) return 'expired'
  if (status === 403) return 'refused'
  if (status === 502 || status === 503 || status === 504) return 'busy'
  return 'failed'
}

function show(text: string): void {
  const place = region()
  if (!place) return
  const line = document.createElement('div')
  line.className = 'message message-error'
  line.setAttribute('role', 'alert')
  const words = document.createElement('span')
  words.className = 'message-text'
  words.textContent = text
  line.append(words)
  const close = document.createElement('button')
  close.type = 'button'
  close.className = 'message-close'
  close.dataset.dismiss = ''
  close.setAttribute('aria-label', document.getElementById('messages')?.dataset.close ?? 'x')
  close.textContent = '\u00d7'
  line.append(close)
  place.replaceChildren(line)
}

function showFailure(status: number): void {
  const texts = document.getElementById('messages')?.dataset
  show(texts?.[failureKey(status)] ?? texts?.failed ?? String(status))
}

/** Show answers marked as error fragments in the message region, and a sentence for every other failure. */
export function startMessages(): void {
  document.addEventListener('htmx:beforeSwap', (event) => {
    const detail = detailOf(event)
    if (!detail.xhr?.getResponseHeader('X-Pingzhan-Error')) return
    detail.shouldSwap = true
    detail.isError = false
    const place = region()
    if (place) detail.target = place
  })
  document.addEventListener('htmx:responseError', (event) => showFailure(detailOf(event).xhr?.status ?? 0))
  for (const name of ['htmx:sendError', 'htmx:timeout']) {
    document.addEventListener(name, (event) => {
      // polling regions fail every few seconds while the server restarts: one line is enough
      if (!region()?.querySelector('.message-error') || event.type === 'htmx:timeout') showFailure(0)
    })
  }
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-dismiss]') : null
    button?.closest('.message')?.remove()
  })
}
