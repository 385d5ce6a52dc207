import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  base: '/static/',
  build: {
    manifest: true,
    // 360 and UOS browsers lag behind; see docs/adr on the browser floor
    target: ['chrome96', 'safari15'],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: {
        desk: resolve(import.meta.dirname, 'src/desk.ts'),
        wall: resolve(import.meta.dirname, 'src/wall.ts'),
        field: resolve(import.meta.dirname, 'src/field/app.ts'),
        enrol: resolve(import.meta.dirname, 'src/field/enrol.ts'),
        worker: resolve(import.meta.dirname, 'src/field/sw.ts'),
      },
      onLog(level, log, handler) {
        // htmx carries one eval for hx-on and filters; allowEval:false and the CSP keep it dead
        if (log.code === 'EVAL' && log.message.includes('htmx')) return
        handler(level, log)
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
