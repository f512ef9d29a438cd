import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'

/** The seed of a run that is given none. */
export const DEFAULT_SEED = 20_261_124

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** All chance of one row: it derives from the seed of the run. */
export interface Chance {
  seed: number
  /** Numbers that differ from those of other parts of the row, so that parts which run at once do not share a sequence. */
  random(part?: number): () => number
  /** Records a fault that was caused by chance, with its number if others like it may come in another order. */
  record(fault: string): void
}

interface FaultsByRecipient<Step extends string> {
  recipients: readonly string[]
  days: readonly string[]
  /** By step, the share of recipients for whom it fails on a day. */
  shares: Readonly<Record<Step, number>>
}

/**
 * Decides by chance, and before a row begins, which step fails for which recipient on which day. All of them are recorded,
 * because how many are met depends on the machine. Returns whether a step fails.
 */
export function faultsByRecipient<Step extends string>(
  chance: Chance,
  { recipients, days, shares }: FaultsByRecipient<Step>,
): (recipient: string, day: string, step: Step) => boolean {
  const steps = Object.keys(shares) as Step[]
  const all = recipients.flatMap((recipient) =>
    days.flatMap((day) => steps.map((step) => ({ step, fault: faultOf(recipient, day, step) }))),
  )
  const decided = all.filter(({ step, fault }) => chance.random(partOf(fault))() < shares[step])
  const faults = new Set(decided.map(({ fault }) => fault))
  for (const fault of faults) chance.record(fault)
  return (recipient, day, step) => faults.has(faultOf(recipient, day, step))
}

const faultOf = (recipient: string, day: string, step: string): string => `${recipient}, ${day}: ${step}`

const partOf = (fault: string): number => Number.parseInt(digestOf(fault).slice(0, 7), 16)

interface RowChance extends Chance {
  /** Eight hex digits for the faults so far, in any order; undefined before the first. */
  digest(): string | undefined
}

const rows = new AsyncLocalStorage<RowChance>()

/** The chance of the row that is in progress. */
export function chanceOfRow(): Chance {
  const chance = rows.getStore()
  if (!chance) throw new Error('no row of the battery is in progress')
  return chance
}

/**
 * Starts a row with its chance, which is new: a row that is run twice meets the same faults. `faults` is their digest so far,
 * also when the row fails or does not end.
 */
export function withChance<T>(
  seed: number,
  row: () => Promise<T>,
): { result: Promise<T>; faults(): string | undefined } {
  const chance = chanceFrom(seed)
  return { result: rows.run(chance, row), faults: chance.digest }
}

function chanceFrom(seed: number): RowChance {
  const faults: string[] = []
  return {
    seed,
    random: (part = 0) => randomFrom(seed + part),
    record: (fault) => faults.push(digestOf(fault)),
    digest: () => (faults.length > 0 ? digestOf(faults.toSorted().join()).slice(0, 8) : undefined),
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
