declare module 'htmx-ext-sse'
declare module 'idiomorph/htmx'
declare module '@alpinejs/csp' {
  interface AlpineGlobal {
    data(name: string, factory: (...args: unknown[]) => Record<string, unknown>): void
    start(): void
  }
  const Alpine: AlpineGlobal
  export default Alpine
}
