import { expect, test } from 'vitest'
import { openCandidatePool } from '../../../src/digests/candidates.repo.ts'
import { recipientOf } from '../../../src/digests/digest.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { useDigestWorld } from '../../support/digest-world.ts'

const world = useDigestWorld()

test('candidates read a query again that was dropped from memory', async () => {
  const paper = { title: 'Robots', abstract: '', authors: [], categories: [], keywords: [], keys: [] }
  const listing = { source: 'huggingface', day: '2026-11-24', now: new Date('2026-11-24T02:00:00Z') } as const
  await recordListings(world.db, { ...listing, records: [paper] })
  await world.addSubscriber('ann', { topics: ['robots'] })
  const { topics } = (await recipientOf(world.db, 'ann'))!
  const range = { since: '2026-11-20', upTo: 2 ** 31 - 1 } as const
  const { candidates, loadQueries, forgetQueries } = await openCandidatePool(world.deps, range)
  const matches = () => candidates.matches(topics[0]!.queryId)
  await loadQueries(world.db, topics)
  expect(matches()).toEqual([0])
  forgetQueries()
  expect(matches).toThrow('not loaded')
  await loadQueries(world.db, topics)
  expect(matches()).toEqual([0])
})
