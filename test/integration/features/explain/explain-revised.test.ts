import { beforeEach, describe, expect, test } from 'vitest'
import type { Day } from '../../../../src/core/dates.ts'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import type { ListingKind } from '../../../../src/sources/source.ts'
import { arxivKey, sampleRecord } from '../../../support/sample-record.ts'
import { useExplainWorld } from './explain-world.ts'

// Newer versions only count if a topic asks for them.

const world = useExplainWorld()
const MONDAY = '2026-11-23'
const [OLD, VERSION, LATE] = ['2608.00001', '2301.00002', '2302.00003']

const list = (day: Day, kind: ListingKind, value: string, title: string) =>
  recordListings(world.db, {
    source: 'arxiv:cs',
    day,
    now: world.deps.clock.now(),
    records: [sampleRecord({ kind, keys: [arxivKey(value)], title })],
  })

/** Anna got an email on Monday; then newer versions of zeolites papers arrived. */
async function untilTuesday(topics: string[]): Promise<void> {
  await world.at('2026-08-14T05:00:00Z')
  await list('2026-08-14', 'new', OLD!, 'Old zeolites')
  await world.at('2026-11-20T09:00:00Z').add({ topics })
  await world.at('2026-11-22T23:00:00Z').papers('2026-11-22', ['Linear Attention at Last', 'On Robots'])
  await world.at('2026-11-23T07:00:10Z').run()
  await world.at('2026-11-23T23:00:00Z').papers(MONDAY, ['Robots once more'])
  await list(MONDAY, 'revised', VERSION!, 'Zeolites, second version')
}

const runTuesday = () => world.at('2026-11-24T07:00:10Z').run()
const lines = async () => (await world.explain('2026-11-24')).steps.map(({ text }) => text)
const texts = async () => (await lines()).join('\n')

describe('if no topic asks for newer versions', () => {
  beforeEach(async () => {
    await untilTuesday(['linear attention', 'zeolites quantum'])
    await list(MONDAY, 'revised', OLD!, 'Old zeolites')
    await runTuesday()
  })

  test('revised papers are neither new matches nor near misses', async () => {
    const said = await texts()
    expect(said).toContain('1 paper new to them, out of 3 in the last 14 days.')
    expect(said).toContain('Topic “zeolites quantum”: nothing matched.')
    expect(said).not.toContain('ersion')
  })

  test('a paper that was listed long before is not called an earlier match', async () => {
    expect((await lines()).filter((line) => line.includes('Old zeolites'))).toEqual([])
  })
})

describe('if a topic asks for newer versions', () => {
  beforeEach(async () => {
    await untilTuesday(['linear attention', 'zeolites is:revised quantum', 'hydrogen is:revised'])
    await runTuesday()
  })

  test('they are covered', async () => {
    const said = await texts()
    expect(said).toContain('2 papers new to them, out of 4 in the last 14 days.')
    expect(said).toContain('Topic “zeolites is:revised quantum”: nothing matched.')
  })

  test('one that arrived after the plan is found, also of an old paper and of one never listed', async () => {
    world.at('2026-11-24T09:00:00Z')
    await list('2026-11-24', 'revised', OLD!, 'Old zeolites on quantum hydrogen')
    await list('2026-11-24', 'revised', LATE!, 'Late hydrogen')
    const said = await texts()
    expect(said).toContain('1 paper arrived after planning')
  })
})
