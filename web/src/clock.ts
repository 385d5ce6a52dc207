/** Clocks that run between two answers of the server: elapsed time, count-downs, "n minutes ago". */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const two = (n: number): string => String(n).padStart(2, '0')

/** hh:mm of a duration in milliseconds; hours run on past 24. Negative durations count as zero. */
export function hoursMinutes(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / MINUTE))
  return `${two(Math.floor(whole / 60))}:${two(whole % 60)}`
}

/** mm:ss below an hour, hh:mm:ss above; the sign is kept apart so that the caller can word it. */
export function countdown(ms: number): { late: boolean; text: string } {
  const seconds = Math.floor(Math.abs(ms) / 1000)
  const h = Math.floor(seconds / 3600)
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`
  return { late: ms < 0, text: h > 0 ? `${two(h)}:${rest}` : rest }
}

/** "3 minutes ago" in the page's language. */
export function relative(ms: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const size = Math.abs(ms)
  if (size < MINUTE) return words.format(0, 'second')
  if (size < HOUR) return words.format(-Math.trunc(ms / MINUTE), 'minute')
  if (size < DAY) return words.format(-Math.trunc(ms / HOUR), 'hour')
  return words.format(-Math.trunc(ms / DAY), 'day')
}

function set(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

function tick(skew: number): void {
  const now = Date.now() + skew
  const language = document.documentElement.lang || 'zh-CN'
  for (const node of document.querySelectorAll<HTMLElement>('[data-elapsed]')) {
    set(node, hoursMinutes(now - Date.parse(node.dataset.elapsed ?? '')))
  }
  for (const node of document.querySelectorAll<HTMLElement>('[data-countdown]')) {
    const { late, text } = countdown(Date.parse(node.dataset.countdown ?? '') - now)
    const pattern = (late ? node.dataset.late : node.dataset.left) ?? '{t}'
    node.classList.toggle('is-late', late)
    set(node, pattern.replace('{t}', text))
  }
  for (const node of document.querySelectorAll<HTMLElement>('[data-relative]')) {
    set(node, relative(now - Date.parse(node.dataset.relative ?? ''), language))
  }
}

/** Start the one-second beat. The page's data-now (server time) corrects a wrong desk clock. */
export function startClocks(): void {
  const served = Date.parse(document.body.dataset.now ?? '')
  const skew = Number.isNaN(served) ? 0 : served - Date.now()
  tick(skew)
  window.setInterval(() => tick(skew), 1000)
  document.addEventListener('htmx:afterSwap', () => tick(skew))
}
