import { FONT, MUTED, plain, TEXT, TONES, type Tone } from './palette'

export interface PlanRegion {
  /** Key of the plot; equals properties.name in the GeoJSON. */
  name: string
  /** What is written on the plot, the key when absent: names may be alike, keys are not. */
  label?: string
  tone: Tone
  /** Word of the state, drawn under the name. */
  word: string
}

export interface PlanData {
  /** Key under which the map is registered; one per plan. */
  name: string
  /** GeoJSON FeatureCollection in a flat local metre grid. */
  geo: unknown
  regions: PlanRegion[]
}

/** With more plots than this the names would cover each other: they show under the pointer and after zooming. */
const CROWDED = 40

/** The park plan: plots filled by state, each with its name and the word of its state. */
export function planOption(data: PlanData, narrow = false): Record<string, unknown> {
  const words = new Map(data.regions.map((r) => [r.name, r.word]))
  const labels = new Map(data.regions.map((r) => [r.name, r.label ?? r.name]))
  const crowded = data.regions.length > (narrow ? CROWDED / 4 : CROWDED)
  const short = (key: string): string => plain((labels.get(key) ?? key).replace(/有限公司$/, ''))
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    tooltip: {
      trigger: 'item',
      renderMode: 'richText',
      formatter: (item: { name: string }) => [labels.get(item.name) ?? item.name, words.get(item.name)].filter(Boolean).join(' \u00b7 '),
    },
    series: [
      {
        type: 'map',
        map: data.name,
        aspectScale: 1,
        left: 8,
        right: 8,
        top: 8,
        bottom: 8,
        roam: crowded,
        scaleLimit: { min: 1, max: 12 },
        selectedMode: false,
        itemStyle: { areaColor: TONES.idle.fill, borderColor: '#ffffff', borderWidth: 2 },
        label: {
          show: !crowded,
          color: TEXT,
          fontSize: narrow ? 10 : 13,
          formatter: (item: { name: string }) => {
            const word = words.get(item.name)
            // an outline without a state (an area) lies under the plots, where its name would be covered
            return word ? `${short(item.name)}\n{word|${plain(word)}}` : words.size ? '' : plain(item.name)
          },
          rich: { word: { color: MUTED, fontSize: narrow ? 11 : 13, lineHeight: narrow ? 16 : 20 } },
        },
        emphasis: { label: { show: true, color: TEXT }, itemStyle: { areaColor: '#b7d0f7' } },
        data: data.regions.map((r) => ({
          name: r.name,
          value: 1,
          itemStyle: { areaColor: TONES[r.tone].fill, borderColor: TONES[r.tone].line, borderWidth: 1.5 },
          label: { rich: { word: { color: TONES[r.tone].text } } },
        })),
      },
    ],
  }
}
