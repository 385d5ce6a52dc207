/** Small helpers for the page: finding, filling, showing, and the words that came with it. */

const words: Record<string, string> = JSON.parse(document.getElementById('field-words')?.textContent ?? '{}') as Record<
  string,
  string
>

/** A sentence of the page's language; `{n}` and the like are filled in. */
export function say(key: string, fill: Record<string, string | number> = {}): string {
  const text = words[key] ?? key
  return text.replace(/\{(\w+)\}/g, (_all, name: string) => String(fill[name] ?? ''))
}

/** An element that the page is known to have. */
export function at<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`no #${id}`)
  return found as T
}

/** Set the text of an element by id. */
export function put(id: string, text: string): void {
  const node = at(id)
  if (node.textContent !== text) node.textContent = text
}

/** Show or hide an element by id. */
export function show(id: string, on: boolean): void {
  at(id).hidden = !on
}

/** Make an element. */
export function make(tag: string, look: string, ...inside: (Node | string)[]): HTMLElement {
  const node = document.createElement(tag)
  if (look) node.className = look
  node.append(...inside)
  return node
}

/** Make a button that does something. */
export function button(text: string, look: string, act: () => void): HTMLButtonElement {
  const node = make('button', look, text) as HTMLButtonElement
  node.type = 'button'
  node.addEventListener('click', act)
  return node
}

/** Act on the sending of a form without leaving the page. */
export function onSend(id: string, act: (data: FormData) => void | Promise<void>): void {
  at<HTMLFormElement>(id).addEventListener('submit', (event) => {
    event.preventDefault()
    void act(new FormData(event.currentTarget as HTMLFormElement))
  })
}

/** The text of one field of a form. */
export const field = (data: FormData, name: string): string => String(data.get(name) ?? '').trim()

/** Tell by touch and by voice: one short buzz for good, three for bad. */
export function signal(good: boolean, spoken: string): void {
  navigator.vibrate?.(good ? 60 : [120, 80, 120, 80, 120])
  if (!('speechSynthesis' in window) || !spoken || localStorage.getItem('pz-field-mute') === '1') return
  speechSynthesis.cancel()
  const voice = new SpeechSynthesisUtterance(spoken)
  voice.lang = document.documentElement.lang
  speechSynthesis.speak(voice)
}
