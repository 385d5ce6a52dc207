/** The export button takes the filter of the address, which htmx changes when it replaces only the table. */
export function startExports(): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[data-export]') : null
    if (link instanceof HTMLAnchorElement) link.search = window.location.search
  })
}
