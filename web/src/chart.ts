/** Lazily loaded chart runtime: finds [data-chart] hosts, reads their JSON, draws the option of the kind. */
import { BarChart, LineChart, LinesChart, MapChart, ScatterChart, TreeChart } from 'echarts/charts'
import { AriaComponent, GeoComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, registerMap, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

import { type BarsData, barsHeight, barsOption } from './charts/bars'
import { type GanttData, ganttOption } from './charts/gantt'
import { type LinesData, linesOption } from './charts/lines'
import { type OrgNode, orgTreeHeight, orgTreeOption } from './charts/orgtree'
import { type PlanData, planOption } from './charts/plan'
import { type RoutesData, routesOption } from './charts/routes'

use([
  BarChart,
  LineChart,
  LinesChart,
  MapChart,
  ScatterChart,
  TreeChart,
  AriaComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  CanvasRenderer,
])

type Option = Parameters<ReturnType<typeof init>['setOption']>[0]

function optionOf(host: HTMLElement, data: unknown): Option {
  const narrow = host.clientWidth < 600
  switch (host.dataset.chart) {
    case 'bars': {
      const bars = data as BarsData
      host.style.height = `${barsHeight(bars)}px`
      return barsOption(bars) as Option
    }
    case 'gantt':
      return ganttOption(data as GanttData) as Option
    case 'lines':
      return linesOption(data as LinesData) as Option
    case 'orgtree': {
      const root = data as OrgNode
      host.style.height = `${orgTreeHeight(root)}px`
      return orgTreeOption(root, narrow) as Option
    }
    case 'plan': {
      const plan = data as PlanData
      registerMap(plan.name, plan.geo as Parameters<typeof registerMap>[1])
      return planOption(plan, narrow) as Option
    }
    case 'routes': {
      const routes = data as RoutesData
      registerMap(routes.name, routes.geo as Parameters<typeof registerMap>[1])
      return routesOption(routes, narrow) as Option
    }
    default:
      throw new Error(`unknown chart kind: ${host.dataset.chart}`)
  }
}

/** Keep the page's own label: the generated sentence is long and English readers get it in Chinese. */
function named(option: Option, host: HTMLElement): Option {
  return { ...option, aria: { enabled: true, label: { description: host.dataset.label ?? '' } } }
}

interface Drawn {
  /** The JSON text the chart shows now. */
  text: string
  chart?: ReturnType<typeof init>
}

const drawn = new WeakMap<HTMLElement, Drawn>()

/** Draw each chart host inside scope that is new or whose data has changed. */
export function mount(scope: ParentNode): void {
  for (const host of scope.querySelectorAll<HTMLElement>('[data-chart]')) {
    const text = document.getElementById(host.dataset.source ?? '')?.textContent ?? 'null'
    const known = drawn.get(host)
    if (known?.text === text) continue
    const data: unknown = JSON.parse(text)
    if (data === null) continue
    const option = named(optionOf(host, data), host)
    if (known) {
      known.text = text
      known.chart?.setOption(option, true)
    } else {
      start(host, option, text)
    }
  }
}

function start(host: HTMLElement, option: Option, text: string): void {
  const state: Drawn = { text }
  drawn.set(host, state)
  // a map in a box without height throws, so wait until the host is laid out
  const observer = new ResizeObserver(() => {
    if (!host.isConnected) {
      observer.disconnect()
      state.chart?.dispose()
    } else if (state.chart) {
      state.chart.resize()
    } else if (host.clientHeight > 0 && host.clientWidth > 0) {
      state.chart = init(host, null, { renderer: 'canvas' })
      state.chart.setOption(option)
    }
  })
  observer.observe(host)
}
