/** Corners of a plot as text, as a list, and as steps that can be undone; no page needed. */

export type Point = [number, number]

/** Read one corner a line, "x y"; lines that are not two numbers are left out. */
export function readPoints(text: string): Point[] {
  const found: Point[] = []
  for (const line of text.split('\n')) {
    const words = line.replace(/[,\uff0c]/g, ' ').trim().split(/\s+/)
    const [x, y] = words.map(Number)
    if (words.length === 2 && Number.isFinite(x) && Number.isFinite(y)) found.push([x as number, y as number])
  }
  return found
}

const round = (value: number): number => Math.round(value * 100) / 100

/** Write the corners as the text field wants them, in metres to the centimetre. */
export const writePoints = (points: Point[]): string => points.map(([x, y]) => `${round(x)} ${round(y)}`).join('\n')

/** Put a corner in the middle of the edge behind the chosen one. */
export function withCorner(points: Point[], after: number): Point[] {
  const from = points[after]
  const to = points[(after + 1) % points.length]
  if (!from || !to) return points
  const middle: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  return [...points.slice(0, after + 1), middle, ...points.slice(after + 1)]
}

/** Take a corner away; three always stay. */
export const withoutCorner = (points: Point[], at: number): Point[] =>
  points.length > 3 ? points.filter((_, n) => n !== at) : points

/** Move one corner by some metres. */
export const moved = (points: Point[], at: number, dx: number, dy: number): Point[] =>
  points.map((point, n) => (n === at ? [round(point[0] + dx), round(point[1] + dy)] : point))

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** The rectangle around all points with some room, at least 200 m wide and high. */
export function around(points: Point[]): Box {
  const xs = points.map((p) => p[0])
  const ys = points.map((p) => p[1])
  const [left, right] = points.length ? [Math.min(...xs), Math.max(...xs)] : [0, 0]
  const [low, high] = points.length ? [Math.min(...ys), Math.max(...ys)] : [0, 0]
  const room = Math.max(100, (right - left) * 0.15, (high - low) * 0.15)
  return { x: left - room, y: low - room, width: right - left + 2 * room, height: high - low + 2 * room }
}

/** Former states, newest last; the same state is not kept twice. */
export class Steps {
  private readonly past: string[] = []

  keep(state: string): void {
    if (this.past.at(-1) !== state) this.past.push(state)
  }

  back(): string | undefined {
    return this.past.pop()
  }

  get empty(): boolean {
    return this.past.length === 0
  }
}
