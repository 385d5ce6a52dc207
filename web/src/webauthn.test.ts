import { describe, expect, it } from 'vitest'

import { toBytes, toText } from './webauthn'

describe('base64url', () => {
  it('is undone by itself, whatever the length', () => {
    for (const bytes of [[], [0], [255, 254], [1, 2, 3], [251, 255, 190, 0]]) {
      const text = toText(new Uint8Array(bytes).buffer)
      expect(text).toMatch(/^[\w-]*$/)
      expect([...toBytes(text)]).toEqual(bytes)
    }
  })
})
