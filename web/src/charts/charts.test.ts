import { describe, expect, it } from 'vitest'

import { barsHeight, barsOption } from './bars'
import { clockOf, ganttOption } from './gantt'
import { linesOption } from './lines'
import { leaves, type OrgNode, orgTreeHeight, orgTreeOption } from './orgtree'
import { SERIES, TONES } from './palette'
import { planOption } from './plan'
import { routesOption } from './routes'

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

describe('barsHeight', () => {
  const of = (rows: number, series: number, stacked: boolean) =>
    barsHeight({
      categories: Array.from({ length: rows }, (_, i) => `${i}`),
      series: Array.from({ length: series }, (_, i) => ({ name: `${i}`, data: [] })),
      stacked,
    })

  it('grows with its rows and never squeezes them', () => {
    expect(of(1, 2, true)).toBe(120)
    expect(of(20, 2, true)).toBe(20 * 28 + 72)
    expect(of(20, 2, false)).toBe(20 * 48 + 72)
    expect(of(0, 1, false)).toBe(120)
  })
})

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

describe('linesOption', () => {
  const option = linesOption({ categories: ['11-25 16:00', '11-25 22:00'], series: [{ name: '已到岗', data: [3, null] }, { name: '已签收', data: [4, 5] }] })
  it('obeys the policy', () => obeys(option))
  it('leaves a gap where nothing was counted', () => expect(option.series).toMatchObject([{ data: [3, null], connectNulls: false }, {}]))
  it('gives each line a mark of its own', () => {
    const marks = (option.series as { symbol: string }[]).map((one) => one.symbol)
    expect(new Set(marks).size).toBe(2)
  })
})

describe('gantt', () => {
  it('draws each bar behind a gap from the one before', () => {
    const option = ganttOption({
      rows: ['\u7532', '\u4e59'],
      bars: [
        { row: 0, from: 10, to: 11.5, name: 'b' },
        { row: 0, from: 8.5, to: 9, name: 'a' },
        { row: 1, from: 9, to: 10, name: 'c', tone: 'warn' },
      ],
    })
    const series = option.series as { data: (number | { value: number; name: string })[] }[]
    expect(series[0]?.data).toEqual([0.5, 1])
    expect(series[1]?.data.map((one) => (typeof one === 'number' ? one : one.name))).toEqual(['a 08:30\u201309:00', 'c 09:00\u201310:00'])
    expect(series[2]?.data).toEqual([1, 0])
    expect(option.xAxis).toMatchObject({ min: 0, max: 4 })
  })
  it('says the hours of the next day as that day has them', () => {
    expect([clockOf(9.5), clockOf(24.25)]).toEqual(['09:30', '00:15'])
    expect(ganttOption({ rows: [], bars: [] }).series).toEqual([])
  })
})

describe('routesOption', () => {
  const data = {
    name: 'park-routes',
    geo: null,
    base: '\u5b9e\u9a8c\u5ba4',
    lab: [0, 0] as [number, number],
    stops: [{ name: '\u7532\u5382\u6709\u9650\u516c\u53f8', at: [5, 5] as [number, number] }],
    teams: Array.from({ length: 8 }, (_, n) => ({ name: `${n}`, trips: [[[0, 0], [5, 5], [0, 0]] as [number, number][]] })),
  }
  const option = routesOption(data)
  it('obeys the policy', () => obeys(option))
  it('gives each team a line that looks like no other', () => {
    const lines = (option.series as { type: string; lineStyle: { color: string; type: string } }[]).filter((one) => one.type === 'lines')
    expect(new Set(lines.map((one) => one.lineStyle.color + one.lineStyle.type)).size).toBe(8)
  })
  it('draws each trip from the laboratory and back', () => {
    const [first] = option.series as { data: { coords: number[][] }[] }[]
    expect(first?.data[0]?.coords).toEqual([[0, 0], [5, 5], [0, 0]])
  })
  it('shows a laboratory that lies outside the plan', () => {
    const geo = { features: [{ geometry: { coordinates: [[[1, 1], [9, 1], [9, 7]]] } }] }
    expect(routesOption({ ...data, geo, lab: [-4, 12] }).geo).toMatchObject({ boundingCoords: [[-4, 1], [9, 12]] })
  })
  it('leaves names away where they would cover each other', () => {
    const labels = (found: Record<string, unknown>): unknown[] =>
      (found.series as { type: string; label?: { show: boolean } }[]).filter((one) => one.type === 'scatter').map((one) => one.label?.show)
    expect(labels(option)).toEqual([true, true])
    expect(labels(routesOption(data, true))).toEqual([false, true])
  })
})
