import { describe, expect, it } from 'vitest'

import { barsOption } from './bars'
import { leaves, type OrgNode, orgTreeHeight, orgTreeOption } from './orgtree'
import { SERIES, TONES } from './palette'
import { planOption } from './plan'

const channel = (value: number): number => {
  const c = value / 255
  return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}
const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16))) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

describe('palette', () => {
  it('draws marks at 3:1 on white', () => {
    for (const colour of [...SERIES, ...Object.values(TONES).map((t) => t.line)]) {
      expect(contrast(colour, '#ffffff')).toBeGreaterThanOrEqual(3)
    }
  })
  it('writes words at 4.5:1 on their fill', () => {
    for (const tone of Object.values(TONES)) expect(contrast(tone.text, tone.fill)).toBeGreaterThanOrEqual(4.5)
  })
})

/** Every chart must obey the content policy and be readable by machines. */
function obeys(option: Record<string, unknown>): void {
  expect(option.aria).toEqual({ enabled: true })
  const tooltip = option.tooltip as { show?: boolean; renderMode?: string }
  expect(tooltip.show === false || tooltip.renderMode === 'richText').toBe(true)
}

describe('barsOption', () => {
  const one = barsOption({ categories: ['甲', '乙'], series: [{ name: '人', data: [1, 2] }] })
  const many = barsOption({
    categories: ['甲'],
    series: [
      { name: '已确认', data: [1], tone: 'ok' },
      { name: '空缺', data: [2], tone: 'bad' },
    ],
    stacked: true,
  })
  it('obeys the policy', () => [one, many].forEach(obeys))
  it('needs no legend for one series', () => expect(one.legend).toBeUndefined())
  it('puts the legend above, never over the axis', () => expect(many.legend).toMatchObject({ top: 0 }))
  it('colours by tone', () => expect(many.color).toEqual([TONES.ok.line, TONES.bad.line]))
  it('stacks', () => expect(many.series).toMatchObject([{ stack: 'all' }, { stack: 'all' }]))
})

describe('orgTreeOption', () => {
  const root: OrgNode = {
    name: '领导小组',
    children: [{ name: '综合协调组', children: [{ name: '组长', note: '空缺', tone: 'bad' }, { name: '成员' }] }, { name: '监督核查组' }],
  }
  it('obeys the policy', () => obeys(orgTreeOption(root)))
  it('counts the leaves', () => expect(leaves(root)).toBe(3))
  it('grows with the leaves within bounds', () => {
    expect(orgTreeHeight(root)).toBe(320)
    const wide = { name: 'x', children: Array.from({ length: 40 }, (_, i) => ({ name: String(i) })) }
    expect(orgTreeHeight(wide)).toBe(1200)
    const huge = { name: 'x', children: Array.from({ length: 400 }, (_, i) => ({ name: String(i) })) }
    expect(orgTreeHeight(huge)).toBe(2400)
  })
  it('folds on a narrow screen', () => expect(orgTreeOption(root, true).series).toMatchObject([{ initialTreeDepth: 1 }]))
  it('writes the note behind the name', () => expect(JSON.stringify(orgTreeOption(root))).toContain('组长  {note|空缺}'))
  it('cannot be broken by a brace in a name', () =>
    expect(JSON.stringify(orgTreeOption({ name: '{note|x}', note: '{y}' }))).not.toContain('{note|x}'))
})

describe('planOption', () => {
  const option = planOption({ name: 'park', geo: null, regions: [{ name: '一号地块', tone: 'bad', word: '战时' }] })
  it('obeys the policy', () => obeys(option))
  it('keeps metres square', () => expect(option.series).toMatchObject([{ aspectScale: 1, map: 'park' }]))
  it('says the state in words', () => {
    const [series] = option.series as [{ label: { formatter: (item: { name: string }) => string } }]
    expect(series.label.formatter({ name: '一号地块' })).toContain('战时')
    expect(series.label.formatter({ name: '绿地' })).toBe('')
  })
  it('names a plot without states by itself', () => {
    const bare = planOption({ name: 'park', geo: null, regions: [] })
    const [series] = bare.series as [{ label: { formatter: (item: { name: string }) => string } }]
    expect(series.label.formatter({ name: '绿地' })).toBe('绿地')
  })
  it('finds a plot by its key and writes its label', () => {
    const named = planOption({ name: 'park', geo: null, regions: [{ name: 'E01', label: '甲厂有限公司', tone: 'ok', word: '平时' }] })
    const [series] = named.series as [{ label: { formatter: (item: { name: string }) => string } }]
    expect(series.label.formatter({ name: 'E01' })).toContain('甲厂\n')
  })
  it('hides the names of many plots until one is pointed at', () => {
    const regions = Array.from({ length: 41 }, (_, n) => ({ name: `E${n}`, tone: 'ok' as const, word: '平时' }))
    const crowded = planOption({ name: 'park', geo: null, regions })
    expect(crowded.series).toMatchObject([{ label: { show: false }, emphasis: { label: { show: true } }, roam: true }])
  })
})
