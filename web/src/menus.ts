/** Drop-down menus are <details class="menu">: click outside, Escape or focus leaving closes them. */
export function startMenus(): void {
  const opened = (): NodeListOf<HTMLDetailsElement> => document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')
  const closeUnless = (node: EventTarget | null): void => {
    for (const menu of opened()) if (!(node instanceof Node && menu.contains(node))) menu.open = false
  }
  document.addEventListener('click', (event) => closeUnless(event.target))
  document.addEventListener('focusin', (event) => closeUnless(event.target))
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of opened()) {
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
  // keep the current entry in sight where the navigation scrolls sideways
  for (const entry of document.querySelectorAll('.mainnav [aria-current], .subnav [aria-current]'))
    entry.scrollIntoView({ block: 'nearest', inline: 'center' })
}
