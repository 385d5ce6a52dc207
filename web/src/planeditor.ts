/** Editor of one plot: the text field holds the corners, the drawing beside it is another way to change them. */
import { around, type Box, moved, type Point, readPoints, Steps, withCorner, withoutCorner, writePoints } from './planpoints'

const SVG = 'http://www.w3.org/2000/svg'
const KEYS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

interface Neighbour {
  name: string
  area: boolean
  ring: Point[]
}

function element<K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value))
  return node
}

class Editor {
  private points: Point[]
  private at = 0
  private box: Box
  private readonly steps = new Steps()
  private readonly svg: SVGSVGElement

  constructor(
    private readonly form: HTMLFormElement,
    private readonly canvas: HTMLElement,
    private readonly field: HTMLTextAreaElement,
    private readonly neighbours: Neighbour[],
  ) {
    this.points = readPoints(field.value)
    this.box = this.view()
    this.svg = element('svg', { role: 'group', 'aria-label': canvas.dataset.label ?? '' })
    canvas.replaceChildren(this.svg)
    const tools = form.querySelector<HTMLElement>('[data-plan-tools]')
    if (tools) tools.hidden = false
    tools?.addEventListener('click', (event) => {
      const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-plan-act]') : null
      if (button) this.act(button.dataset.planAct ?? '')
    })
    field.addEventListener('change', () => {
      this.steps.keep(writePoints(this.points))
      this.points = readPoints(field.value)
      this.draw()
    })
    this.draw()
  }

  /** Show the plot with its neighbours near by, the whole zone while there is no plot. */
  private view(): Box {
    const all = this.neighbours.flatMap((one) => one.ring)
    if (!this.points.length) return around(all)
    const own = around(this.points)
    return { x: own.x - own.width / 2, y: own.y - own.height / 2, width: own.width * 2, height: own.height * 2 }
  }

  private act(what: string): void {
    if (what === 'undo') {
      const former = this.steps.back()
      if (former !== undefined) this.put(readPoints(former))
      return
    }
    this.steps.keep(writePoints(this.points))
    if (what === 'add') {
      this.put(withCorner(this.points, this.at))
      this.focus(this.at + 1)
    } else if (what === 'remove') {
      this.put(withoutCorner(this.points, this.at))
      this.focus(Math.min(this.at, this.points.length - 1))
    } else if (what === 'box') {
      const { x, y, width, height } = this.box
      const [left, low, right, high] = [x + width * 0.4, y + height * 0.4, x + width * 0.6, y + height * 0.6].map(Math.round) as [number, number, number, number]
      this.put([[left, low], [right, low], [right, high], [left, high]])
      this.focus(0)
    }
  }

  private put(points: Point[]): void {
    this.points = points
    this.field.value = writePoints(points)
    this.draw()
  }

  private focus(at: number): void {
    this.at = at
    this.svg.querySelector<SVGElement>(`[data-at="${at}"]`)?.focus()
  }

  /** North is up, as on every plan: y grows upwards, so it is drawn negative. */
  private draw(): void {
    const { x, y, width, height } = this.box
    const unit = Math.max(width, height) / 100
    this.svg.setAttribute('viewBox', `${x} ${-y - height} ${width} ${height}`)
    const path = (ring: Point[]): string => ring.map((p) => `${p[0]},${-p[1]}`).join(' ')
    const nodes: SVGElement[] = []
    for (const one of this.neighbours) {
      nodes.push(element('polygon', { points: path(one.ring), class: one.area ? 'plan-area' : 'plan-neighbour', 'vector-effect': 'non-scaling-stroke' }))
    }
    if (this.points.length) {
      nodes.push(element('polygon', { points: path(this.points), class: 'plan-own', 'vector-effect': 'non-scaling-stroke' }))
    }
    this.points.forEach((point, n) => nodes.push(this.corner(point, n, unit)))
    const had = document.activeElement instanceof SVGElement && this.svg.contains(document.activeElement)
    this.svg.replaceChildren(...nodes)
    if (had) this.focus(Math.min(this.at, this.points.length - 1))
    const status = this.form.querySelector<HTMLElement>('[data-plan-status]')
    const here = this.points[this.at]
    if (status) status.textContent = here ? `${this.name(this.at)} ${here[0]} ${here[1]}` : ''
  }

  private name(at: number): string {
    return (this.canvas.dataset.corner ?? '{n}').replace('{n}', String(at + 1))
  }

  private corner(point: Point, at: number, unit: number): SVGElement {
    const handle = element('circle', {
      cx: point[0],
      cy: -point[1],
      r: unit * 1.4,
      tabindex: 0,
      role: 'button',
      'data-at': at,
      class: at === this.at ? 'plan-corner is-on' : 'plan-corner',
      'aria-label': `${this.name(at)} ${point[0]} ${point[1]}`,
    })
    handle.addEventListener('focus', () => {
      if (this.at === at) return
      this.at = at
      this.draw()
      this.focus(at)
    })
    handle.addEventListener('keydown', (event) => {
      const step = KEYS[event.key]
      if (!step) return
      event.preventDefault()
      const metres = event.shiftKey ? 10 : 1
      this.steps.keep(writePoints(this.points))
      this.put(moved(this.points, at, step[0] * metres, step[1] * metres))
    })
    handle.addEventListener('pointerdown', (event) => this.drag(event, at))
    return handle
  }

  private drag(start: PointerEvent, at: number): void {
    start.preventDefault()
    this.at = at
    this.steps.keep(writePoints(this.points))
    const matrix = this.svg.getScreenCTM()?.inverse()
    if (!matrix) return
    const move = (event: PointerEvent): void => {
      const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix)
      this.put(this.points.map((point, n) => (n === at ? [Math.round(spot.x), Math.round(-spot.y)] : point)))
    }
    const stop = (): void => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', stop)
      window.removeEventListener('pointercancel', stop)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', stop)
    window.addEventListener('pointercancel', stop)
    this.draw()
    this.focus(at)
  }
}

/** Put a drawing beside each coordinate field that asks for one. */
export function mountEditors(scope: ParentNode): void {
  for (const form of scope.querySelectorAll<HTMLFormElement>('form[data-plan-editor]')) {
    const canvas = form.querySelector<HTMLElement>('[data-plan-canvas]')
    const field = form.querySelector<HTMLTextAreaElement>('textarea')
    if (!canvas || !field || canvas.firstElementChild) continue
    const text = document.getElementById(form.dataset.backdrop ?? '')?.textContent ?? '[]'
    new Editor(form, canvas, field, JSON.parse(text) as Neighbour[])
  }
}
