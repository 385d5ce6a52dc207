import { describe, expect, it } from 'vitest'

import { countdown, hoursMinutes, relative } from './clock'

describe('hoursMinutes', () => {
  it('counts on past a day', () => expect(hoursMinutes(26 * 3_600_000 + 5 * 60_000)).toBe('26:05'))
  it('never shows a negative duration', () => expect(hoursMinutes(-1)).toBe('00:00'))
})

describe('countdown', () => {
  it('shows minutes and seconds below an hour', () => expect(countdown(125_000)).toEqual({ late: false, text: '02:05' }))
  it('shows hours above', () => expect(countdown(3_661_000)).toEqual({ late: false, text: '01:01:01' }))
  it('keeps the sign apart', () => expect(countdown(-61_000)).toEqual({ late: true, text: '01:01' }))
})

describe('relative', () => {
  it('speaks Chinese', () => expect(relative(3 * 60_000, 'zh-CN')).toBe('3分钟前'))
  it('speaks English', () => expect(relative(2 * 3_600_000, 'en')).toBe('2 hours ago'))
  it('knows the future', () => expect(relative(-3 * 60_000, 'en')).toBe('in 3 minutes'))
  it('does not count seconds', () => expect(relative(5_000, 'en')).toBe('now'))
})
