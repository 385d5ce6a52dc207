/** Live connection: a browser allows six connections per host, so hidden tabs give theirs back. */
import htmx from 'htmx.org'

const HIDDEN_GRACE_MS = 60_000

type Listener = [type: string, listener: EventListener]

/**
 * An EventSource that closes one minute after its tab is hidden and opens again when it is shown.
 * Events missed meanwhile are made up for by the polling trigger that each live region also has.
 */
class TabAwareSource {
  onopen: ((event: Event) => void) | null = null
  onerror: ((event: Event) => void) | null = null
  private readonly listeners: Listener[] = []
  private source: EventSource
  private timer = 0
  private ended = false

  constructor(readonly url: string) {
    this.source = this.connect()
    document.addEventListener('visibilitychange', this.onVisibility)
  }

  get readyState(): number {
    return this.ended ? EventSource.CLOSED : this.source.readyState
  }

  addEventListener(type: string, listener: EventListener): void {
    this.listeners.push([type, listener])
    this.source.addEventListener(type, listener)
  }

  removeEventListener(type: string, listener: EventListener): void {
    const at = this.listeners.findIndex(([t, l]) => t === type && l === listener)
    if (at >= 0) this.listeners.splice(at, 1)
    this.source.removeEventListener(type, listener)
  }

  close(): void {
    this.ended = true
    window.clearTimeout(this.timer)
    document.removeEventListener('visibilitychange', this.onVisibility)
    this.source.close()
  }

  private connect(): EventSource {
    const source = new EventSource(this.url, { withCredentials: true })
    source.onopen = (event) => this.onopen?.(event)
    source.onerror = (event) => {
      if (!this.ended && source === this.source) this.onerror?.(event)
    }
    for (const [type, listener] of this.listeners) source.addEventListener(type, listener)
    return source
  }

  private readonly onVisibility = (): void => {
    window.clearTimeout(this.timer)
    if (this.ended) return
    if (document.hidden) {
      this.timer = window.setTimeout(() => this.source.close(), HIDDEN_GRACE_MS)
    } else if (this.source.readyState === EventSource.CLOSED) {
      this.source = this.connect()
    }
  }
}

/** Make the htmx SSE extension use the tab-aware connection. */
export function startLive(): void {
  const target = htmx as unknown as { createEventSource: (url: string) => unknown }
  target.createEventSource = (url) => new TabAwareSource(url)
}
