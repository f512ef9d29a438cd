import type { Day } from '../../../src/core/dates.ts'
import { noTestData } from '../../support/test-data.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { linesOf, type MonthResult, runMonth } from './faulty-month.ts'
import { feedCases } from './feed-rows.ts'
import { monthOf } from './month.ts'
import { mutatedCases } from './mutated-rows.ts'
import { openalexCases } from './openalex-rows.ts'
import type { Offered } from './oracle.ts'
import { replay } from './replay.ts'

const NO_RECORDINGS = noTestData('huggingface/daily, arxiv and papers')
const MAX_MB = 300
const MAX_REPORTED = 12
const HOURLY = 3600 * 1000

const replayCase: BatteryCase = {
  name: 'sources-replay',
  fault: 'recorded days of Hugging Face, hour by hour as they filled, with votes until they settle',
  long: true,
  invariant: `every paper on its day, every day closed in its state, under ${MAX_MB} MB`,
  run: async (profile) => {
    const found = await replay(profile === 'ci' ? '2026-08' : '')
    if (!found) return NO_RECORDINGS
    const { days, papers, lost, invented, wrongVotes, readTooShort, wrongStates, late, requests, peakMb } =
      found
    const wrong = lost + invented + wrongVotes + readTooShort + wrongStates.length
    return {
      ok: papers > 0 && wrong === 0 && peakMb < MAX_MB,
      n: `${days} days, ${papers} papers`,
      result: `lost ${lost}, on another day ${invented}, with other votes than were served last ${wrongVotes}, whose votes were not read for two weeks ${readTooShort}, in a wrong state ${wrongStates.length} ${wrongStates.slice(0, 3).join(', ')}; came after closing ${late}; ${requests} requests; ${peakMb} MB`,
    }
  },
}

interface MonthName {
  name: string
  prefix: string
  whole: [first: Day, last: Day]
  /** In profile ci. */
  part: [first: Day, last: Day]
}

const JULY: MonthName = {
  name: 'july',
  prefix: '2025-07',
  whole: ['2025-07-01', '2025-07-31'],
  part: ['2025-07-01', '2025-07-08'],
}
const AUGUST: MonthName = {
  name: 'august',
  prefix: '2026-08',
  whole: ['2026-08-10', '2026-08-19'],
  part: ['2026-08-10', '2026-08-14'],
}

const opened = ({ prefix, whole, part }: MonthName, profile: Profile) =>
  monthOf(prefix, profile === 'ci' ? part : whole)

const FAULTS =
  'responses late, empty, cut, of yesterday, HTML, 429 with and without a time, 5xx, slow; the service is down for most of a day'

const monthCase = (month: MonthName): BatteryCase => ({
  name: `sources-${month.name}`,
  fault: `Hugging Face and two sections of arXiv as they were in that month; ${FAULTS}`,
  long: true,
  invariant:
    'no paper is lost, late, offered twice or to a reader without that topic; every day ends closed, with its state',
  run: async (profile) => {
    const read = opened(month, profile)
    if (!read) return NO_RECORDINGS
    const result = await runMonth(read, profile === 'ci' ? { stepMs: HOURLY } : {})
    if (profile === 'nightly') for (const line of linesOf(result.days)) console.log(`  ${line}`)
    const open = result.days.filter(({ closedAt }) => !closedAt)
    const { lost, twice, wrong, late } = togetherOf(result)
    const breaches = [...lost, ...twice, ...wrong, ...late]
    for (const one of breaches.slice(0, MAX_REPORTED)) console.log(`  ${one}`)
    return {
      ok: breaches.length + open.length === 0 && result.mails > 0,
      n: `${result.days.length} source days, ${result.papers} papers, ${Object.keys(result.offered).length} readers`,
      result: `${result.mails} emails; lost ${lost.length}, offered twice ${twice.length}, to a reader without that topic ${wrong.length}, in a later email than the first ${late.length}; not closed ${open.length}; ${statesIn(result)}; late papers ${sum(result.days.map(({ late }) => late))}; ${result.requests} requests; ${result.peakMb} MB`,
    }
  },
})

function togetherOf({ offered }: MonthResult): Offered {
  const all = (what: keyof Offered) =>
    Object.entries(offered).flatMap(([who, found]) => found[what].map((id) => `${what} ${id} for ${who}`))
  return { lost: all('lost'), twice: all('twice'), wrong: all('wrong'), late: all('late') }
}

function statesIn({ days }: MonthResult): string {
  const counts = Map.groupBy(days, ({ state, reason }) => (reason ? `${state} (${reason})` : state))
  return [...counts].map(([state, rows]) => `${rows.length} ${state}`).join(', ')
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

interface Wrong {
  name: string
  fault: string
  part: WrongPart
  sees: keyof Offered
}

const WRONG_PARTS = 'test/battery/sources/wrong-parts'

const WRONGS: Wrong[] = [
  {
    name: 'sources-august-wrong-closes-at-once',
    fault: 'a day is read once in the morning, and closed',
    part: { real: 'src/sources/huggingface/calendar.ts', wrong: `${WRONG_PARTS}/closes-at-once.ts` },
    sees: 'lost',
  },
  {
    name: 'sources-august-wrong-keeps-sources-apart',
    fault: 'a paper of two sources is two papers',
    part: { real: 'src/papers/paper-key.ts', wrong: `${WRONG_PARTS}/keeps-sources-apart.ts` },
    sees: 'twice',
  },
  {
    name: 'sources-august-wrong-nothing-rises',
    fault: 'the votes of a paper count only when it is new',
    part: { real: 'src/digests/matcher.ts', wrong: `${WRONG_PARTS}/compares-with-nothing.ts` },
    sees: 'lost',
  },
]

/** Passes if the oracle sees that the variant is wrong. */
const wrongCase = ({ name, fault, part, sees }: Wrong): BatteryCase => ({
  name,
  fault: `a wrong variant: ${fault}`,
  invariant: `must be caught: papers ${sees === 'lost' ? 'are lost' : 'are offered twice'}`,
  run: async () => {
    const read = opened(AUGUST, 'ci')
    if (!read) return NO_RECORDINGS
    const result = await runMonth(read, { wrong: part, quiet: true, stepMs: HOURLY })
    const found = togetherOf(result)
    const isCaught = found[sees].length > 0
    return {
      ok: isCaught,
      n: `${result.papers} papers, ${Object.keys(result.offered).length} readers, no other fault`,
      result: `${isCaught ? 'caught' : 'NOT CAUGHT'}: lost ${found.lost.length}, offered twice ${found.twice.length}, to a reader without that topic ${found.wrong.length}`,
    }
  },
})

/** Days as sources bring them: late, in parts, repeated, broken. */
export const sourcesCases: BatteryCase[] = [
  replayCase,
  monthCase(JULY),
  monthCase(AUGUST),
  ...WRONGS.map(wrongCase),
  ...mutatedCases,
  ...feedCases,
  ...openalexCases,
]
