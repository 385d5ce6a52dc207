/** A list of boxes with a filter: what is chosen stays chosen while the list is narrowed. */

interface Row {
  item: HTMLElement
  box: HTMLInputElement
  words: string
  area: string
}

/** Whether a row is listed: every word typed occurs in it, and it lies in the area asked for. */
export function fits(row: { words: string; area: string }, typed: string, area: string): boolean {
  const words = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return (!area || row.area === area) && words.every((word) => row.words.includes(word))
}

function mount(root: HTMLElement): void {
  const rows: Row[] = Array.from(root.querySelectorAll<HTMLElement>('[data-pick]')).flatMap((item) => {
    const box = item.querySelector<HTMLInputElement>('input[type=checkbox]')
    return box ? [{ item, box, words: item.dataset.words ?? '', area: item.dataset.area ?? '' }] : []
  })
  const words = root.querySelector<HTMLInputElement>('[data-picks-words]')
  const area = root.querySelector<HTMLSelectElement>('[data-picks-area]')
  const say = (name: string, value: number): void => {
    const place = root.querySelector(`[data-picks-${name}]`)
    if (place) place.textContent = String(value)
  }
  const count = (): void => {
    const listed = rows.filter((row) => !row.item.hidden).length
    say('count', rows.filter((row) => row.box.checked).length)
    say('shown', listed)
    const nothing = root.querySelector<HTMLElement>('[data-picks-nothing]')
    if (nothing) nothing.hidden = listed > 0 || rows.length === 0
  }
  const filter = (): void => {
    for (const row of rows) row.item.hidden = !fits(row, words?.value ?? '', area?.value ?? '')
    count()
  }
  const choose = (chosen: (row: Row) => boolean): void => {
    for (const row of rows) row.box.checked = chosen(row)
    count()
  }
  words?.addEventListener('input', filter)
  // Enter in the search box must not send the form around it
  words?.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault()
  })
  area?.addEventListener('change', filter)
  root.addEventListener('change', count)
  root
    .querySelector('[data-picks-all]')
    ?.addEventListener('click', () => choose((row) => row.box.checked || !row.item.hidden))
  root.querySelector('[data-picks-none]')?.addEventListener('click', () => choose(() => false))
  for (const part of root.querySelectorAll<HTMLElement>('[data-picks-bar], [data-picks-said]')) part.hidden = false
  filter()
}

/** Give every list of boxes on the page its filter; without script the whole list stands there. */
export function startPicks(): void {
  for (const root of document.querySelectorAll<HTMLElement>('[data-picks]')) mount(root)
}
