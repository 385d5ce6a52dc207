/** Large keys for a plate: province signs first, then letters and digits; the plates of the last days in one tap. */

const SIGNS = '鲁京津冀晋蒙辽吉黑沪苏浙皖闽赣豫鄂湘粤桂琼渝川贵云藏陕甘青宁新'
/** No I and no O: GA 36 does not use them. */
const MARKS = '1234567890QWERTYUPASDFGHJKLZXCVBNM学警挂'

function key(text: string, label: string, wide = false): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = wide ? 'btn is-wide' : 'btn'
  button.textContent = label
  button.dataset.plateKey = text
  return button
}

function draw(keys: HTMLElement, field: HTMLInputElement): void {
  const marks = field.value.trim() === '' ? SIGNS : MARKS
  if (keys.dataset.drawn === marks) return
  keys.dataset.drawn = marks
  keys.replaceChildren(...Array.from(marks, (mark) => key(mark, mark)), key('', keys.dataset.delete ?? '←', true))
}

/** Put the keys under each plate field of the page; the field itself stays an ordinary one. */
export function startPlates(): void {
  for (const box of document.querySelectorAll<HTMLElement>('[data-plate-box]')) {
    const field = box.querySelector<HTMLInputElement>('input[data-plate]')
    const keys = box.querySelector<HTMLElement>('[data-plate-keys]')
    if (!field || !keys) continue
    field.addEventListener('focus', () => {
      keys.hidden = false
    })
    field.addEventListener('input', () => draw(keys, field))
    box.addEventListener('click', (event) => {
      const button = event.target instanceof HTMLElement ? event.target.closest('button') : null
      if (!button) return
      const { plateFill, plateKey } = button.dataset
      if (plateFill !== undefined) {
        field.value = plateFill
        keys.hidden = true
      } else if (plateKey === '') field.value = field.value.slice(0, -1)
      else if (plateKey !== undefined) field.value += plateKey
      draw(keys, field)
    })
    draw(keys, field)
    // a phone shows the large keys at once; beside a keyboard they come when the field is entered
    keys.hidden = !window.matchMedia('(pointer: coarse)').matches
  }
}
