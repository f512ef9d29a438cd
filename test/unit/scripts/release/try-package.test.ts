import { describe, expect, test } from 'vitest'
import { describeTrial } from '../../../../scripts/release/try-package.ts'

const LOAD = '9 programs shared 2 cores'
const describeWith = (firstDigest: number) =>
  describeTrial('here', { installed: 12, firstDigest, held: 90 }, LOAD)

describe('describeTrial', () => {
  test('marks a first digest after more than 60 seconds, with the load of the machine', () => {
    expect(describeWith(60.4)).toContain(`first digest after 60 s (ABOVE 60 s, while ${LOAD})`)
  })

  test('marks nothing up to 60 seconds', () => {
    expect(describeWith(60)).not.toMatch(/ABOVE|programs/)
  })
})
