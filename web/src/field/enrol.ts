/** Entry of the enrolment page of a sampling phone: the token is kept under the PIN of the first shift. */

import { PIN } from './cipher'
import { Store } from './store'

const form = document.querySelector<HTMLFormElement>('[data-field-enrol]')

form?.querySelector('fieldset')?.removeAttribute('disabled')
form?.addEventListener('submit', (event) => {
  event.preventDefault()
  const data = new FormData(form)
  const pin = String(data.get('pin') ?? '')
  const note = form.querySelector<HTMLElement>('[data-note]')
  const tell = (key: string): void => {
    if (note) note.textContent = note.dataset[key] ?? ''
  }
  if (!PIN.test(pin)) return tell('pin')
  if (pin !== String(data.get('again') ?? '')) return tell('again')
  const name = String(data.get('name') ?? '').trim()
  if (name.length < 2) return tell('name')
  const store = new Store()
  const token = form.dataset.token ?? ''
  const device = Number(form.dataset.device)
  void store
    .enrol(token, device, pin)
    .then(() => store.handOver(name, pin))
    .then(() => location.assign('/field/'))
    .catch((error: unknown) => tell(error instanceof Error && error.message === 'unsent' ? 'unsent' : 'trouble'))
})
