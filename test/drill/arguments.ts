import { parseArgs } from 'node:util'
import { VARIANTS, type Variant } from './variants.ts'

export const USAGE = `npm run drill -- failover [--seed N] [--runs N] [NAME …]
  cuts off the primary of three database nodes while 2,000 digests are sent; takes two to three minutes each
  NAME     ${VARIANTS.map(({ name }) => name).join(', ')}; all by default
  --seed   decides at which email the primary is cut off; the clock by default
  --runs   how often each is run, with the seeds that follow

${VARIANTS.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}\n`).join('')}`

export interface Arguments {
  variants: Variant[]
  seeds: number[]
}

/** Throws an Error with a sentence for the user if they are wrong. */
export function readArguments(args: string[], now = Date.now()): Arguments {
  const { values, positionals } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: String(now % 100_000) },
      runs: { type: 'string', default: '1' },
    },
    allowPositionals: true,
  })
  const [drill, ...names] = positionals
  if (drill !== 'failover') throw new Error('Name the drill: failover.')
  const unknown = names.find((name) => !VARIANTS.some((variant) => variant.name === name))
  if (unknown !== undefined) throw new Error(`There is no drill "${unknown}".`)
  const [seed, runs] = [Number(values.seed), Number(values.runs)]
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed takes a whole number, 0 or more.')
  if (!(Number.isInteger(runs) && runs >= 1 && runs <= 10))
    throw new Error('--runs takes a number from 1 to 10.')
  return {
    variants: VARIANTS.filter(({ name }) => names.length === 0 || names.includes(name)),
    seeds: Array.from({ length: runs }, (_, n) => seed + n),
  }
}
