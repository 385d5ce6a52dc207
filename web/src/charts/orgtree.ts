import { FONT, LINE, plain, TEXT, TONES, type Tone } from './palette'

export interface OrgNode {
  name: string
  /** Second line: holder, count, level. */
  note?: string
  tone?: Tone
  children?: OrgNode[]
}

const ROW_PX = 30
const MIN_PX = 320
const MAX_PX = 2400

/** Number of leaves below and including a node. */
export function leaves(node: OrgNode): number {
  const below = node.children ?? []
  return below.length === 0 ? 1 : below.reduce((sum, child) => sum + leaves(child), 0)
}

/** Height in pixels at which every leaf keeps its own line. */
export function orgTreeHeight(root: OrgNode): number {
  return Math.min(MAX_PX, Math.max(MIN_PX, leaves(root) * ROW_PX))
}

function toTree(node: OrgNode): Record<string, unknown> {
  const tone = TONES[node.tone ?? 'info']
  return {
    name: node.note ? `${plain(node.name)}  {note|${plain(node.note)}}` : plain(node.name),
    itemStyle: { color: tone.fill, borderColor: tone.line, borderWidth: 2 },
    ...(node.tone ? { label: { color: tone.text } } : {}),
    ...(node.children && node.children.length > 0 ? { children: node.children.map(toTree) } : {}),
  }
}

/** Tree from left to right; on a narrow screen only two levels are open at first. */
export function orgTreeOption(root: OrgNode, narrow = false): Record<string, unknown> {
  return {
    textStyle: { fontFamily: FONT },
    aria: { enabled: true },
    tooltip: { show: false },
    series: [
      {
        type: 'tree',
        data: [toTree(root)],
        orient: 'LR',
        top: 12,
        bottom: 12,
        left: narrow ? 90 : 150,
        right: narrow ? 130 : 240,
        symbol: 'roundRect',
        symbolSize: 11,
        edgeShape: 'polyline',
        edgeForkPosition: '30%',
        initialTreeDepth: narrow ? 1 : -1,
        expandAndCollapse: true,
        animationDuration: 200,
        lineStyle: { color: LINE, width: 1.5 },
        label: {
          position: 'left',
          verticalAlign: 'middle',
          align: 'right',
          distance: 6,
          backgroundColor: '#ffffff',
          padding: [2, 4],
          fontSize: 13,
          color: TEXT,
          rich: { note: { color: '#566070', fontSize: 12 } },
        },
        leaves: { label: { position: 'right', align: 'left' } },
      },
    ],
  }
}
