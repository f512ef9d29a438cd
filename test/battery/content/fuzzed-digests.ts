import { anyMails, type Build, buildRightly, builtFaults } from '../../support/built-emails.ts'
import { hasPython } from '../../support/strict-parser.ts'
import type { BatteryCase } from '../battery-case.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { WRONG_BUILDERS } from './wrong-builders.ts'

const EMAILS = { ci: 500, nightly: 10_000 }
const EMAILS_OF_WRONG = 100
/** The number of emails that one process of Python reads. */
const TOGETHER = 250

interface Fuzzed {
  faults: string[]
  largest: number
  largestHtml: number
}

/** Two groups at a time: while Python reads one, the other is built. */
async function fuzz(build: Build, emails: number): Promise<Fuzzed> {
  const all: Fuzzed = { faults: [], largest: 0, largestHtml: 0 }
  let begun = 0
  const chance = chanceOfRow()
  const work = async () => {
    for (let from = begun; from < emails; from = begun) {
      begun += TOGETHER
      const some = await anyMails(Math.min(TOGETHER, emails - from), chance.seed + from)
      chance.record(`from ${from}: ${JSON.stringify(some)}`)
      const { faults, largest, largestHtml } = await builtFaults(some, build, { strictly: hasPython })
      all.faults.push(...faults)
      all.largest = Math.max(all.largest, largest)
      all.largestHtml = Math.max(all.largestHtml, largestHtml)
    }
  }
  await Promise.all([work(), work()])
  return all
}

const parsers = hasPython ? 'mailparser and Python' : 'mailparser (no python3 on this machine)'

const right: BatteryCase = {
  name: 'fuzzed-digests',
  fault: 'digests and names of any characters',
  invariant: 'no header injected or repeated, CRLF, lines ≤ 998, parsers read what was written, < 102 KB',
  run: async (profile) => {
    const { faults, largest, largestHtml } = await fuzz(buildRightly, EMAILS[profile])
    const sizes = `largest email ${largest} bytes, HTML part ${largestHtml}`
    return {
      ok: faults.length === 0,
      n: `${EMAILS[profile]} emails`,
      result: faults.length > 0 ? firstOf(faults) : `0 faults, read by ${parsers}; ${sizes}`,
    }
  },
}

/** Passes if a fault is reported that shows what is wrong with the builder. */
const wrongCases = Object.entries(WRONG_BUILDERS).map(
  ([name, { build, what, sees }]): BatteryCase => ({
    name: `fuzzed-digests-wrong-${name}`,
    fault: `digests and names of any characters, built with ${what}`,
    invariant: 'must be caught: a parser reads other headers, or a line is too long',
    run: async () => {
      const { faults } = await fuzz(build, EMAILS_OF_WRONG)
      const caught = faults.filter((fault) => sees.test(fault))
      return {
        ok: caught.length > 0,
        n: `${EMAILS_OF_WRONG} emails`,
        result:
          caught.length > 0 ? `caught ${caught.length}: ${caught[0]}` : `NOT CAUGHT: ${firstOf(faults)}`,
      }
    },
  }),
)

const firstOf = (faults: string[]): string => `${faults.length} faults: ${faults.slice(0, 3).join('; ')}`

/** Any characters, through the code that builds emails. */
export const fuzzCases: BatteryCase[] = [right, ...wrongCases]
