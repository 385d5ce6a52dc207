/** Colours shared by charts; each state also has a word, colour is never the only sign. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle'

export const TONES: Record<Tone, { line: string; fill: string; text: string }> = {
  ok: { line: '#0b6b2e', fill: '#cdebd4', text: '#0b4a22' },
  warn: { line: '#9a6414', fill: '#fbe3b6', text: '#5f3c00' },
  bad: { line: '#9b1c1c', fill: '#f6cdcd', text: '#7a1212' },
  info: { line: '#0958d9', fill: '#d3e3fd', text: '#073b91' },
  idle: { line: '#5a6576', fill: '#e4e8ee', text: '#3a4351' },
}

/** Series colours in order, each at least 3:1 on white. */
export const SERIES = ['#0958d9', '#0b6b2e', '#9a6414', '#7a3ea8', '#0d7a80', '#9b1c1c']

export const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif'
export const TEXT = '#1f2733'
export const MUTED = '#566070'
export const LINE = '#d5dbe4'

/** Braces and bars mean styles in rich chart labels; in a name they are only characters. */
export const plain = (text: string): string => text.replace(/[{|}]/g, (mark) => ({ '{': '\uff5b', '}': '\uff5d', '|': '\uff5c' })[mark] ?? mark)
