import { expect, it } from 'vitest'

import { failureKey } from './messages'

it('words each kind of failure', () => {
  expect([0, 401, 403, 500, 502, 503, 504, 418].map(failureKey)).toEqual([
    'offline', 'expired', 'refused', 'failed', 'busy', 'busy', 'busy', 'failed',
  ])
})
