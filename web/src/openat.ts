/** A picture wider than its frame opens at its mark (today) instead of at its oldest day; the names of its lanes stay. */

/** Share of the frame that is left of the mark: what was is more than what comes. */
const BEFORE = 0.7

/** Scroll each frame to its mark once, and keep what is to stay at its left edge from then on. */
export function startOpenings(): void {
  for (const frame of document.querySelectorAll<HTMLElement>('[data-opens-at-mark]')) {
    const mark = frame.querySelector('[data-mark]')
    const picture = frame.querySelector<SVGSVGElement>('svg')
    if (!mark || !picture) continue
    const stays = frame.querySelector('[data-stays]')
    const hold = (): void => {
      const scale = picture.getBoundingClientRect().width / (picture.viewBox.baseVal.width || 1)
      if (scale > 0) stays?.setAttribute('transform', `translate(${frame.scrollLeft / scale} 0)`)
    }
    frame.addEventListener('scroll', hold, { passive: true })
    frame.scrollLeft += mark.getBoundingClientRect().left - frame.getBoundingClientRect().left - frame.clientWidth * BEFORE
    hold()
  }
}
