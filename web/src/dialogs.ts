/** Native dialogs without inline script: data-dialog-open="id" shows, data-dialog-close closes. */

function open(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal()
}

/** Wire buttons to dialogs, and open the dialogs a swapped-in fragment marks with data-dialog-auto. */
export function startDialogs(): void {
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return
    const opener = event.target.closest<HTMLElement>('[data-dialog-open]')
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialogOpen ?? '')
      if (dialog instanceof HTMLDialogElement) {
        event.preventDefault()
        open(dialog)
      }
      return
    }
    const closer = event.target.closest<HTMLElement>('[data-dialog-close]')
    if (closer) {
      event.preventDefault()
      closer.closest('dialog')?.close()
    }
  })
  const auto = (scope: ParentNode): void => {
    scope.querySelectorAll<HTMLDialogElement>('dialog[data-dialog-auto]').forEach(open)
  }
  auto(document)
  document.addEventListener('htmx:load', (event) => {
    if (event.target instanceof Element) auto(event.target.parentElement ?? document)
  })
}
