import { anyMails, type Build, buildRightly, builtFaults } from '../../support/built-emails.ts'
import { hasPython } from '../../support/strict-parser.ts'
import type { BatteryCase } from '../battery-case.ts'
import { WRONG_BUILDERS } from './wrong-builders.ts'

const SEED = 20261124
const MAILS = { ci: 500, nightly: 10_000 }
const MAILS_OF_WRONG = 100
/** Read by one process of Python together. */
const TOGETHER = 250

interface Fuzzed {
  faults: string[]
  largest: number
  largestHtml: number
}

/** Two heaps at a time: while Python reads one, the other is built. */
async function fuzz(build: Build, mails: number): Promise<Fuzzed> {
  const all: Fuzzed = { faults: [], largest: 0, largestHtml: 0 }
  let begun = 0
  const work = async () => {
    for (let from = begun; from < mails; from = begun) {
      begun += TOGETHER
      const some = await anyMails(Math.min(TOGETHER, mails - from), SEED + from)
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
  fault: 'digests of any text, names of any text',
  invariant: 'no field injected or doubled, CRLF, lines ≤ 998, read as it was meant, < 102 KB',
  run: async (profile) => {
    const { faults, largest, largestHtml } = await fuzz(buildRightly, MAILS[profile])
    const sizes = `largest mail ${largest} bytes, HTML part ${largestHtml}`
    return {
      ok: faults.length === 0,
      n: `${MAILS[profile]} mails`,
      result: faults.length > 0 ? firstOf(faults) : `0 faults, read by ${parsers}; ${sizes}`,
    }
  },
}

/** Green where the battery sees that the builder is wrong. */
const wrongCases = Object.entries(WRONG_BUILDERS).map(
  ([name, { build, sees }]): BatteryCase => ({
    name: `fuzzed-digests-wrong-${name}`,
    fault: `wrong on purpose: ${name}`,
    invariant: 'the battery must see it',
    run: async () => {
      const { faults } = await fuzz(build, MAILS_OF_WRONG)
      const caught = faults.filter((fault) => sees.test(fault))
      return {
        ok: caught.length > 0,
        n: `${MAILS_OF_WRONG} mails`,
        result:
          caught.length > 0 ? `caught ${caught.length}: ${caught[0]}` : `NOT CAUGHT: ${firstOf(faults)}`,
      }
    },
  }),
)

const firstOf = (faults: string[]): string => `${faults.length} faults: ${faults.slice(0, 3).join('; ')}`

/** Any text at all, through the builder of mails. */
export const fuzzCases: BatteryCase[] = [right, ...wrongCases]
