import type { BatteryCase } from '../battery-case.ts'
import { type FeedsSeen, runFeeds } from './feeds.ts'

const MAX_REPORTED = 5

const feeds: BatteryCase = {
  name: 'sources-feeds',
  fault:
    'two feeds of the same items, eight times a day: in another order, with other dates, addresses and corrected titles; one of them hangs, is gone, is cut, and moves for two days',
  invariant: 'no item is lost, listed as two papers or offered twice; no digest waits',
  run: async () => {
    const seen = await runFeeds()
    const breaches = breachesIn(seen)
    for (const one of breaches.slice(0, MAX_REPORTED)) console.log(`  ${one}`)
    return { ok: breaches.length === 0, n: countIn(seen), result: inWords(seen) }
  },
}

const wrong: BatteryCase = {
  name: 'sources-feeds-wrong-knows-items-by-title',
  fault: 'a wrong variant: the page of an item is not its identity',
  invariant: 'must be caught: items with a corrected title are offered twice',
  run: async () => {
    const seen = await runFeeds({
      real: 'src/sources/rss/item-identity.ts',
      wrong: 'test/battery/sources/wrong-parts/knows-items-by-title.ts',
    })
    const ok = seen.offeredTwice.length > 0
    return { ok, n: countIn(seen), result: `${ok ? 'caught' : 'NOT CAUGHT'}: ${inWords(seen)}` }
  },
}

const breachesIn = ({ lost, twice, offeredTwice, waited }: FeedsSeen): string[] =>
  Object.entries({ lost, twice, offeredTwice, waited }).flatMap(([what, all]) =>
    all.map((one) => `${what}: ${one}`),
  )

const countIn = ({ days, items, fetches }: FeedsSeen): string =>
  `${days} days, ${items} items, ${fetches} fetches`

const inWords = ({ lost, twice, offeredTwice, waited }: FeedsSeen): string =>
  `lost ${lost.length}, two papers ${twice.length}, offered twice ${offeredTwice.length}, digests that waited ${waited.length}`

export const feedCases: BatteryCase[] = [feeds, wrong]
