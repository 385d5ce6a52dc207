import { FONT, LINE, MUTED, TEXT, TONES, type Tone } from './palette'

export interface GanttBar {
  /** Index of the row, from 0. */
  row: number
  /** Hours of the day, decimal; beyond 24 is the next day. */
  from: number
  to: number
  name: string
  tone?: Tone
}

export interface GanttData {
  /** Names of the rows, first one on top. */
  rows: string[]
  bars: GanttBar[]
}

/** 9.5 is 09:30. */
export const clockOf = (hours: number): string => {
  const minutes = Math.round(hours * 60)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`
}

/** What is done by whom when: stacked bars, every other one an invisible gap. */
export function ganttOption(data: GanttData): Record<string, unknown> {
  const rows = data.rows.map((_, row) => data.bars.filter((bar) => bar.row === row).sort((a, b) => a.from - b.from))
  const start = Math.floor(Math.min(24, ...data.bars.map((bar) => bar.from)))
  const end = Math.ceil(Math.max(start + 1, ...data.bars.map((bar) => bar.to)))
  const most = Math.max(0, ...rows.map((bars) => bars.length))
  const series: Record<string, unknown>[] = []
  for (let n = 0; n < most; n += 1) {
    const base = { type: 'bar', stack: 'day', barMaxWidth: 22 }
    series.push({
      ...base,
      silent: true,
      itemStyle: { color: 'transparent' },
      tooltip: { show: false },
      data: rows.map((bars) => {
        const bar = bars[n]
        return bar ? bar.from - (bars[n - 1]?.to ?? start) : 0
      }),
    })
    series.push({
      ...base,
      data: rows.map((bars) => {
        const bar = bars[n]
        if (!bar) return 0
        const tone = TONES[bar.tone ?? 'info']
        return {
          value: bar.to - bar.from,
          name: `${bar.name} ${clockOf(bar.from)}–${clockOf(bar.to)}`,
          itemStyle: { color: tone.fill, borderColor: tone.line, borderWidth: 1 },
        }
      }),
    })
  }
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    tooltip: { trigger: 'item', renderMode: 'richText', formatter: '{b}' },
    grid: { top: 8, left: 8, right: 20, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value',
      min: 0,
      max: end - start,
      interval: Math.max(1, Math.ceil((end - start) / 8)),
      axisLabel: { color: MUTED, formatter: (value: number) => clockOf(start + value) },
      splitLine: { lineStyle: { color: LINE } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: data.rows,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINE } },
      axisLabel: { color: TEXT, fontSize: 13 },
    },
    series,
  }
}
