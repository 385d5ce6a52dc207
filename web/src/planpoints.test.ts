import { describe, expect, it } from 'vitest'

import { around, moved, type Point, readPoints, Steps, withCorner, withoutCorner, writePoints } from './planpoints'

const SQUARE: Point[] = [[0, 0], [100, 0], [100, 100], [0, 100]]

describe('points', () => {
  it('reads what it writes', () => expect(readPoints(writePoints(SQUARE))).toEqual(SQUARE))
  it('takes commas of both widths and skips what is no corner', () =>
    expect(readPoints('1,2\n\n x y\n3\uff0c4\n5 6 7\n8')).toEqual([[1, 2], [3, 4]]))
  it('writes centimetres', () => expect(writePoints([[1 / 3, 2.005]])).toBe('0.33 2.01'))
  it('adds a corner in the middle of the edge, also of the closing one', () => {
    expect(withCorner(SQUARE, 0)[1]).toEqual([50, 0])
    expect(withCorner(SQUARE, 3)[4]).toEqual([0, 50])
  })
  it('keeps three corners', () => {
    const three = withoutCorner(SQUARE, 1)
    expect(three).toHaveLength(3)
    expect(withoutCorner(three, 0)).toBe(three)
  })
  it('moves one corner only', () => expect(moved(SQUARE, 2, -10, 5)).toEqual([[0, 0], [100, 0], [90, 105], [0, 100]]))
  it('leaves room around', () => {
    expect(around([])).toEqual({ x: -100, y: -100, width: 200, height: 200 })
    expect(around(SQUARE)).toEqual({ x: -100, y: -100, width: 300, height: 300 })
  })
})

describe('Steps', () => {
  it('goes back one by one and keeps no state twice', () => {
    const steps = new Steps()
    steps.keep('a')
    steps.keep('a')
    steps.keep('b')
    expect([steps.back(), steps.back(), steps.back(), steps.empty]).toEqual(['b', 'a', undefined, true])
  })
})
