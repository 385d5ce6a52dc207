/** When the wall asks again, and how it words the age of what it shows. */

export const POLL_MS = 5_000
export const AGED_SECONDS = 60
const LONGEST_MS = 15_000

/** Milliseconds until the next try after so many failures in a row: 1, 2, 4, 8, then 15 seconds. */
export function backOff(failures: number): number {
  return Math.min(LONGEST_MS, 1000 * 2 ** Math.max(0, failures - 1))
}

/** The age in the given patterns, in seconds below two minutes, and whether it is too old to be relied on. */
export function age(ms: number, fresh: string, older: string): { text: string; old: boolean } {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const text = seconds < 120 ? fresh.replace('{n}', String(seconds)) : older.replace('{n}', String(Math.floor(seconds / 60)))
  return { text, old: seconds > AGED_SECONDS }
}
