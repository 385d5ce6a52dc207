/** What was scanned or typed: one spelling, and the check of identity numbers (GB 11643-1999). */

const FULL_WIDTH = /[\uff01-\uff5e]/g
const CODE = /^[0-9A-Z][0-9A-Z-]{3,31}$/

/** Fold full-width marks, case and spaces, so that a code reads the same however it came in. */
export function folded(text: string): string {
  return text
    .replace(FULL_WIDTH, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0xfee0))
    .replace(/[\s\u3000]/g, '')
    .toUpperCase()
}

/** Whether a folded text can be the code of a tube or a box: 4 to 32 digits, letters or dashes, as on the server. */
export function isCode(text: string): boolean {
  return CODE.test(text)
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** Whether a folded text is an identity number with the right check character and a real date of birth. */
export function isIdNumber(text: string): boolean {
  if (!/^[1-9]\d{16}[\dX]$/.test(text)) return false
  const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0))
  if (date.getUTCFullYear() !== year || date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return false
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(text[at]), 0)
  return '10X98765432'[sum % 11] === text[17]
}
