import { FONT, LINE, MUTED, SERIES, TEXT, TONES, type Tone } from './palette'

export interface BarsData {
  /** Names along the category axis, first one on top. */
  categories: string[]
  series: { name: string; data: number[]; tone?: Tone }[]
  /** Put the series on one bar instead of side by side. */
  stacked?: boolean
  /** Written behind each value in the tooltip. */
  unit?: string
}

/** Pixels that the bars need: one bar of a zone's round stands as thick as twenty do. */
export function barsHeight(data: BarsData): number {
  const lines = data.stacked ? 1 : Math.max(data.series.length, 1)
  const row = Math.max(lines * 20 + 8, 28)
  return Math.max(data.categories.length * row + (data.series.length > 1 ? 36 : 8) + 36, 120)
}

/** Horizontal bars with the names readable at the left. */
export function barsOption(data: BarsData): Record<string, unknown> {
  const unit = data.unit ?? ''
  const many = data.series.length > 1
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    color: data.series.map((s, i) => (s.tone ? TONES[s.tone].line : SERIES[i % SERIES.length])),
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      axisPointer: { type: 'shadow' },
      valueFormatter: (value: unknown) => `${String(value)}${unit}`,
    },
    ...(many ? { legend: { top: 0, left: 0, textStyle: { color: TEXT } } } : {}),
    grid: { top: many ? 36 : 8, left: 8, right: 36, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: MUTED },
      splitLine: { lineStyle: { color: LINE } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: data.categories,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINE } },
      axisLabel: { color: TEXT, fontSize: 13 },
    },
    series: data.series.map((s) => ({
      name: s.name,
      type: 'bar',
      ...(data.stacked ? { stack: 'all' } : {}),
      barMaxWidth: 18,
      data: s.data,
      label: data.stacked ? { show: false } : { show: true, position: 'right', color: TEXT },
    })),
  }
}
