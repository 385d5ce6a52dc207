import { describe, expect, it } from 'vitest'

import { fits } from './picks'

const row = { words: '青禾药业 mh-e03', area: '7' }

describe('fits', () => {
  it('lists everything without a filter', () => expect(fits(row, ' ', '')).toBe(true))
  it('wants every word', () => {
    expect(fits(row, '青禾 E03', '')).toBe(true)
    expect(fits(row, '青禾 e04', '')).toBe(false)
  })
  it('wants the area', () => {
    expect(fits(row, '', '7')).toBe(true)
    expect(fits(row, '青禾', '8')).toBe(false)
  })
})
