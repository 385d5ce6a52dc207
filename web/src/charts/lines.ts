import { FONT, LINE, MUTED, SERIES, TEXT } from './palette'

export interface LinesData {
  /** Names along the time axis, the oldest first. */
  categories: string[]
  /** One value for each category; null where nothing was counted. */
  series: { name: string; data: (number | null)[] }[]
}

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'arrow']

/** Lines over time; each has its own mark, so that it is told apart without colour. */
export function linesOption(data: LinesData): Record<string, unknown> {
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    animation: false,
    color: SERIES,
    tooltip: { trigger: 'axis', renderMode: 'richText' },
    legend: { top: 0, left: 0, right: 0, type: 'plain', textStyle: { color: TEXT } },
    grid: { top: 64, left: 8, right: 24, bottom: 8, containLabel: true },
    xAxis: {
      type: 'category',
      data: data.categories,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINE } },
      axisLabel: { color: TEXT },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: MUTED },
      splitLine: { lineStyle: { color: LINE } },
    },
    series: data.series.map((one, at) => ({
      name: one.name,
      type: 'line',
      symbol: SYMBOLS[at % SYMBOLS.length],
      symbolSize: 8,
      connectNulls: false,
      data: one.data,
    })),
  }
}
