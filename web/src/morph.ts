/** What a refresh must not undo: folds a person opened, and clocks that run between two answers. */
import { Idiomorph } from 'idiomorph/htmx'

import { sameClock } from './clocknodes'

interface Callbacks {
  beforeAttributeUpdated: (name: string, node: Element, kind: 'update' | 'remove') => boolean
  beforeNodeMorphed: (old: Node, fresh: Node) => boolean
}

/** Whether both nodes are the same chart, whose drawing a morph would empty; new data is drawn by chart.ts. */
export function sameChart(old: Node, fresh: Node): boolean {
  if (!(old instanceof HTMLElement) || !(fresh instanceof HTMLElement)) return false
  return old.dataset.chart !== undefined && old.dataset.chart === fresh.dataset.chart && old.dataset.source === fresh.dataset.source
}

/** Keep the open state of details elements and running clocks and charts when htmx morphs a region. */
export function startMorph(): void {
  const callbacks = (Idiomorph as unknown as { defaults: { callbacks: Callbacks } }).defaults.callbacks
  callbacks.beforeAttributeUpdated = (name, node) => !(name === 'open' && node instanceof HTMLDetailsElement)
  callbacks.beforeNodeMorphed = (old, fresh) => !sameClock(old, fresh) && !sameChart(old, fresh)
}
