/** Entry of every page: hypermedia, small state, dialogs, clocks, messages; charts only where a page has one. */
import './styles/desk.css'

import Alpine from '@alpinejs/csp'
import 'htmx-ext-sse'
import 'idiomorph/htmx'

import { startClocks } from './clock'
import { startDialogs } from './dialogs'
import { startExports } from './exports'
import { startForms } from './forms'
import { startIdle } from './idle'
import { startLive } from './live'
import { startMenus } from './menus'
import { startMessages } from './messages'
import { startMorph } from './morph'
import { startOpenings } from './openat'
import { startPicks } from './picks'
import { startPlates } from './plate'
import { startPrinting } from './print'
import { startWebauthn } from './webauthn'

function mountCharts(scope: ParentNode): void {
  if (scope.querySelector('[data-chart]')) void import('./chart').then((chart) => chart.mount(scope))
}

if (document.querySelector('[data-plan-editor]')) void import('./planeditor').then((plan) => plan.mountEditors(document))

startMorph()
startLive()
startMessages()
startDialogs()
startMenus()
startForms()
startIdle()
startWebauthn()
startExports()
startPicks()
startOpenings()
startPlates()
startPrinting()
startClocks()
Alpine.start()
mountCharts(document)
document.addEventListener('htmx:afterSettle', () => mountCharts(document))
