/** A submit button is dead while its request runs: impatient second clicks must not send an order twice. */

function buttons(form: HTMLFormElement): HTMLButtonElement[] {
  return Array.from(form.elements).filter(
    (node): node is HTMLButtonElement => node instanceof HTMLButtonElement && node.type === 'submit',
  )
}

const held = new Set<HTMLButtonElement>()

function hold(form: HTMLFormElement): void {
  for (const button of buttons(form)) {
    if (button.disabled) continue
    button.disabled = true
    held.add(button)
  }
}

function release(): void {
  for (const button of held) button.disabled = false
  held.clear()
}

/** Guard plain and htmx forms against double submission. */
export function startForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method === 'dialog') return
    // after this turn, so that the clicked button's own name and value are still sent
    window.setTimeout(() => hold(form), 0)
  })
  // a download answers without leaving the page
  window.addEventListener('pageshow', release)
  document.addEventListener('htmx:beforeRequest', (event) => {
    if (event.target instanceof HTMLFormElement) hold(event.target)
  })
  document.addEventListener('htmx:afterRequest', release)
}
