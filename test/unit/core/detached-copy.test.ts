import { expect, test } from 'vitest'
import { detachedCopy } from '../../../src/core/detached-copy.ts'

test.each(['plain', 'x\ud800y', '\udc00', 'é漢'])('a copy of %j is the same', (text) =>
  expect(detachedCopy(text)).toBe(text),
)
