import { describe, expect, test } from 'vitest'
import { PROMISES } from '../../battery/promises.ts'
import { readSource } from '../../mutations/places.ts'
import { PLANTED } from '../../mutations/planted.ts'

describe('planted faults', () => {
  test.each(PLANTED)('what "$what" replaces is in its file once', ({ file, before }) =>
    expect(readSource(file).text.split(before)).toHaveLength(2),
  )

  test('are three for each promise', () => {
    const counts = PROMISES.map((_, nth) => PLANTED.filter(({ promise }) => promise === nth + 1).length)
    expect(counts).toEqual([3, 3, 3, 3, 3, 3])
  })
})
