import { parseArgs } from 'node:util'
import type { BatteryCase, Profile } from './battery-case.ts'
import { DEFAULT_SEED } from './bench/seeded-random.ts'

const PROFILES: readonly string[] = ['ci', 'nightly'] satisfies Profile[]
/** A row waits most of the time, for a server, a lease or a process that starts. */
const AT_ONCE = 4
export const USAGE = `npm run battery -- [--profile ${PROFILES.join('|')}] [--seed N] [--part K/N] [--at-once N] [--record] [NAME …]
  NAME        the row with that name, or all rows whose names contain it
  --profile   ci, the default, or nightly: more emails, kills and days
  --seed      of all chance; each row prints the one that it had
  --part      2/5: every fifth row, from the second
  --at-once   how many rows run at once: ${AT_ONCE}; those that measure time run by themselves
  --record    writes test/battery/results.json and docs/battery.md after each row
npm run battery -- --variants
              lists the wrong variants, and runs nothing
`

export interface Arguments {
  profile: Profile
  seed: number
  cases: BatteryCase[]
  /** Neither named nor a part of the nightly profile: rows that run only nightly are left out. */
  isWhole: boolean
  atOnce: number
  record: boolean
  variants: boolean
}

/** Throws an Error with a sentence for the user if they are wrong. */
export function readArguments(args: string[], all: readonly BatteryCase[]): Arguments {
  const { values, positionals } = parseArgs({
    args,
    options: {
      profile: { type: 'string', default: 'ci' },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      part: { type: 'string', default: '1/1' },
      'at-once': { type: 'string', default: String(AT_ONCE) },
      record: { type: 'boolean', default: false },
      variants: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const { profile, record, variants } = values
  const [seed, atOnce] = [Number(values.seed), Number(values['at-once'])]
  if (!PROFILES.includes(profile)) throw new Error(`There is no profile "${profile}".`)
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed takes a whole number, 0 or more.')
  if (!(atOnce >= 1 && atOnce <= 16)) throw new Error('--at-once takes a number from 1 to 16.')
  const cases = partOf(named(all, positionals), values.part)
  const isWhole = positionals.length === 0 && profile === 'ci'
  return { profile: profile as Profile, seed, cases, isWhole, atOnce, record, variants }
}

/** The row with that name, or all whose names contain it. */
function named(all: readonly BatteryCase[], names: readonly string[]): BatteryCase[] {
  if (names.length === 0) return [...all]
  const cases = names.flatMap((name) => {
    const exact = all.filter((one) => one.name === name)
    const found = exact.length > 0 ? exact : all.filter((one) => one.name.includes(name))
    if (found.length === 0) throw new Error(`There is no row "${name}": --help lists them.`)
    return found
  })
  return all.filter((one) => cases.includes(one))
}

/** "2/5": of the rows in the order of their names, the second, the seventh, … so that long neighbours are spread. */
function partOf(cases: readonly BatteryCase[], part: string): BatteryCase[] {
  const [, k, n] = /^(\d+)\/(\d+)$/.exec(part)?.map(Number) ?? []
  if (!k || !n || k > n) throw new Error('--part takes K/N, such as 2/5 for the second of five parts.')
  const names = cases.map(({ name }) => name).sort()
  return cases.filter(({ name }) => names.indexOf(name) % n === k - 1)
}
