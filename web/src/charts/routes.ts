import { FONT, plain, SERIES, TEXT, TONES } from './palette'

type Point = [x: number, y: number]

export interface RoutesData {
  /** Key under which the map is registered; one per plan. */
  name: string
  /** GeoJSON FeatureCollection in a flat local metre grid, the ground beneath. */
  geo: unknown
  /** Word for the laboratory, where every trip begins and ends. */
  base: string
  lab: Point
  /** Each place where somebody is swabbed, once. */
  stops: { name: string; at: Point }[]
  /** Trips of each team from the laboratory and back to it. */
  teams: { name: string; trips: Point[][] }[]
}

const DASHES = ['solid', 'dashed', 'dotted'] as const
/** With more places than this their names would cover each other. */
const CROWDED = 30

/** The corners of everything that is drawn: the laboratory often lies outside the plan. */
function corners(data: RoutesData): [Point, Point] {
  const seen: Point[] = [data.lab, ...data.stops.map((stop) => stop.at)]
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return
    const [x, y] = part as unknown[]
    if (typeof x === 'number' && typeof y === 'number') seen.push([x, y])
    else part.forEach(walk)
  }
  const features = (data.geo as { features?: { geometry?: { coordinates?: unknown } }[] } | null)?.features ?? []
  for (const one of features) walk(one.geometry?.coordinates)
  const of = (axis: 0 | 1): number[] => seen.map((point) => point[axis])
  return [
    [Math.min(...of(0)), Math.min(...of(1))],
    [Math.max(...of(0)), Math.max(...of(1))],
  ]
}

/** Who drives where: the trips of the sampling teams on the park plan, a colour and a dash for each team. */
export function routesOption(data: RoutesData, narrow = false): Record<string, unknown> {
  const style = (n: number): { color: string; type: (typeof DASHES)[number] } => ({
    color: SERIES[n % SERIES.length] ?? TEXT,
    type: DASHES[Math.floor(n / SERIES.length) % DASHES.length] ?? 'solid',
  })
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    tooltip: { trigger: 'item', renderMode: 'richText', formatter: (item: { name?: string; seriesName?: string }) => item.name || item.seriesName || '' },
    legend: { type: 'scroll', top: 0, left: 8, right: 8, textStyle: { color: TEXT, fontSize: 13 }, data: data.teams.map((team) => team.name) },
    geo: {
      map: data.name,
      aspectScale: 1,
      boundingCoords: corners(data),
      top: 64,
      left: 24,
      right: 24,
      bottom: 24,
      roam: true,
      scaleLimit: { min: 1, max: 12 },
      silent: true,
      itemStyle: { areaColor: '#f3f5f8', borderColor: TONES.idle.line, borderWidth: 0.5 },
      label: { show: false },
    },
    series: [
      ...data.teams.map((team, n) => ({
        type: 'lines',
        name: team.name,
        coordinateSystem: 'geo',
        polyline: true,
        color: style(n).color,
        lineStyle: { ...style(n), width: 2.5, opacity: 0.9 },
        data: team.trips.map((coords) => ({ name: team.name, coords })),
      })),
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        z: 5,
        symbolSize: 10,
        itemStyle: { color: '#ffffff', borderColor: TEXT, borderWidth: 2 },
        label: {
          show: !narrow && data.stops.length <= CROWDED,
          position: 'right',
          color: TEXT,
          fontSize: 12,
          textBorderColor: '#ffffff',
          textBorderWidth: 3,
          formatter: (item: { name: string }) => plain(item.name.replace(/有限公司$/, '')),
        },
        data: data.stops.map((stop) => ({ name: stop.name, value: stop.at })),
      },
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        z: 5,
        symbol: 'diamond',
        symbolSize: 18,
        itemStyle: { color: TONES.bad.line },
        label: { show: true, position: 'top', color: TONES.bad.text, fontWeight: 'bold', textBorderColor: '#ffffff', textBorderWidth: 3, formatter: '{b}' },
        data: [{ name: data.base, value: data.lab }],
      },
    ],
  }
}
