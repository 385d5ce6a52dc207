/** Lazily loaded chart runtime: finds [data-chart] hosts, reads their JSON, draws the option of the kind. */
import { BarChart, LineChart, MapChart, TreeChart } from 'echarts/charts'
import { AriaComponent, GeoComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, registerMap, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

import { type BarsData, barsOption } from './charts/bars'
import { type OrgNode, orgTreeHeight, orgTreeOption } from './charts/orgtree'
import { type PlanData, planOption } from './charts/plan'

use([
  BarChart,
  LineChart,
  MapChart,
  TreeChart,
  AriaComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  CanvasRenderer,
])

type Option = Parameters<ReturnType<typeof init>['setOption']>[0]

function read(host: HTMLElement): unknown {
  const source = document.getElementById(host.dataset.source ?? '')
  return JSON.parse(source?.textContent ?? 'null')
}

function optionOf(host: HTMLElement, data: unknown): Option {
  const narrow = host.clientWidth < 600
  switch (host.dataset.chart) {
    case 'bars':
      return barsOption(data as BarsData) as Option
    case 'orgtree': {
      const root = data as OrgNode
      host.style.height = `${orgTreeHeight(root)}px`
      return orgTreeOption(root, narrow) as Option
    }
    case 'plan': {
      const plan = data as PlanData
      registerMap(plan.name, plan.geo as Parameters<typeof registerMap>[1])
      return planOption(plan) as Option
    }
    default:
      throw new Error(`unknown chart kind: ${host.dataset.chart}`)
  }
}

/** Draw every chart host inside scope that has not been drawn yet. */
export function mount(scope: ParentNode): void {
  for (const host of scope.querySelectorAll<HTMLElement>('[data-chart]:not([data-drawn])')) {
    const data = read(host)
    if (data === null) continue
    host.dataset.drawn = ''
    const option = optionOf(host, data)
    // a map in a box without height throws, so wait until the host is laid out
    const draw = (): void => {
      if (host.clientHeight === 0 || host.clientWidth === 0) return
      observer.disconnect()
      const chart = init(host, null, { renderer: 'canvas' })
      chart.setOption(option)
      new ResizeObserver(() => chart.resize()).observe(host)
    }
    const observer = new ResizeObserver(draw)
    observer.observe(host)
  }
}
