import { FONT, MUTED, plain, TEXT, TONES, type Tone } from './palette'

export interface PlanRegion {
  /** Name of the plot; equals properties.name in the GeoJSON. */
  name: string
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

/** The park plan: plots filled by state, each with its name and the word of its state. */
export function planOption(data: PlanData, narrow = false): Record<string, unknown> {
  const words = new Map(data.regions.map((r) => [r.name, r.word]))
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    tooltip: {
      trigger: 'item',
      renderMode: 'richText',
      formatter: (item: { name: string }) => [item.name, words.get(item.name)].filter(Boolean).join(' \u00b7 '),
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
        roam: false,
        selectedMode: false,
        itemStyle: { areaColor: TONES.idle.fill, borderColor: '#ffffff', borderWidth: 2 },
        label: {
          show: true,
          color: TEXT,
          fontSize: narrow ? 12 : 15,
          formatter: (item: { name: string }) => {
            const word = words.get(item.name)
            return word ? `${plain(item.name)}\n{word|${plain(word)}}` : plain(item.name)
          },
          rich: { word: { color: MUTED, fontSize: narrow ? 11 : 13, lineHeight: narrow ? 16 : 20 } },
        },
        emphasis: { label: { color: TEXT }, itemStyle: { areaColor: '#b7d0f7' } },
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
