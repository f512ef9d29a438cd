import type { BatteryCase } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type OpenalexResult, runOpenalex } from './openalex.ts'

const MAX_REQUESTS = 50
const WRONG_PARTS = 'test/battery/sources/wrong-parts'

const openalex: BatteryCase = {
  name: 'sources-openalex',
  fault:
    '20 filters of OpenAlex; on every second day 429 with and without a budget, 503, HTML, cut and slow answers in the middle of pages; works indexed late, preprints before and after their articles',
  long: true,
  invariant: `no work is lost or offered twice; digests do not wait; at most ${MAX_REQUESTS} requests on a day without faults`,
  run: async (profile) => {
    const result = await runOpenalex({ days: profile === 'ci' ? 4 : 15 })
    for (const one of [...result.lost, ...result.twice].slice(0, 5)) console.log(`  ${one}`)
    return {
      ok: isRight(result) && result.faults > 0,
      n: `${result.works} works, 20 filters, ${result.digests} digests, ${result.faults} faults`,
      result: inWords(result),
    }
  },
}

const isRight = ({ lost, twice, waited, quietRequests, digests }: OpenalexResult): boolean =>
  lost.length + twice.length + waited === 0 && digests > 0 && quietRequests <= MAX_REQUESTS

const inWords = ({ lost, twice, waited, quietRequests, faultyRequests }: OpenalexResult): string =>
  `lost ${lost.length}, offered twice ${twice.length}, digests that waited ${waited}; at most ${quietRequests} requests a day, ${faultyRequests} on a day with faults`

interface Wrong {
  name: string
  fault: string
  sees: string
  part: WrongPart
  isSeen(result: OpenalexResult): boolean
}

const WRONGS: Wrong[] = [
  {
    name: 'asks-only-for-today',
    fault: 'a fetch asks only for the works that were published that day',
    sees: 'works are lost',
    part: { real: 'src/sources/openalex/looks.ts', wrong: `${WRONG_PARTS}/asks-only-for-today.ts` },
    isSeen: ({ lost }) => lost.length > 0,
  },
  {
    name: 'asks-every-hour',
    fault: 'each filter is fetched every hour',
    sees: `more than ${MAX_REQUESTS} requests a day`,
    part: { real: 'src/sources/openalex/calendar.ts', wrong: `${WRONG_PARTS}/asks-every-hour.ts` },
    isSeen: ({ quietRequests }) => quietRequests > MAX_REQUESTS,
  },
  {
    name: 'keeps-preprints-apart',
    fault: 'only the DOI of a work is its key',
    sees: 'papers are offered twice',
    part: { real: 'src/sources/openalex/parse-works.ts', wrong: `${WRONG_PARTS}/keeps-preprints-apart.ts` },
    isSeen: ({ twice }) => twice.length > 0,
  },
]

/** Passes if the row above sees that the variant is wrong. */
const wrongCase = ({ name, fault, sees, part, isSeen }: Wrong): BatteryCase => ({
  name: `sources-openalex-wrong-${name}`,
  fault: `a wrong variant: ${fault}`,
  invariant: `must be caught: ${sees}`,
  run: async () => {
    const result = await runOpenalex({ days: 3, wrong: part, quiet: true })
    const isCaught = isSeen(result)
    return {
      ok: isCaught,
      n: `${result.works} works, 20 filters, no other fault`,
      result: `${isCaught ? 'caught' : 'NOT CAUGHT'}: ${inWords(result)}`,
    }
  },
})

export const openalexCases: BatteryCase[] = [openalex, ...WRONGS.map(wrongCase)]
