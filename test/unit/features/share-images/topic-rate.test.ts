import { expect, test } from 'vitest'
import type { Deps } from '../../../../src/core/deps.ts'
import { openTopicRates } from '../../../../src/features/share-images/topic-rate.ts'

test('`openTopicRates` searches again only for another query, papers that changed, or another date', async () => {
  let [state, now, searches] = ['a', '2026-11-24', 0]
  const deps = {
    clock: { now: () => new Date(`${now}T08:00:00Z`) },
    db: { $queryRaw: async () => [{ state }] },
  }
  const keptRate = openTopicRates()
  const rateOf = (query: string) => keptRate(deps as unknown as Deps, query, async () => [++searches])
  expect(await rateOf('robots')).toEqual([1])
  expect(await rateOf('robots')).toEqual([1])
  expect(await rateOf('diffusion')).toEqual([2])
  state = 'b'
  expect(await rateOf('robots')).toEqual([3])
  now = '2026-11-25'
  expect(await rateOf('robots')).toEqual([4])
  expect(await rateOf('robots')).toEqual([4])
})
