/** Clocks that run between two answers of the server: a morph leaves their text alone. */

const CLOCKS = ['countdown', 'elapsed', 'relative'] as const

/** Whether both nodes are the same running clock, whose text the browser itself keeps right. */
export function sameClock(old: Node, fresh: Node): boolean {
  if (!(old instanceof HTMLElement) || !(fresh instanceof HTMLElement)) return false
  return CLOCKS.some((name) => old.dataset[name] !== undefined && old.dataset[name] === fresh.dataset[name])
}
