import { monotonicMs } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import { chargePermits, setPermitLimits, takeAvailable } from '../../limits/permits.repo.ts'
import { activeSendRates } from '../../limits/send-rate.repo.ts'
import {
  ALL_EMAIL,
  configuredRateLimit,
  domainRateKey,
  emailDomain,
  rampUpRate,
  type SendRateKey,
  TRANSACTIONAL_RESERVE,
} from '../../limits/send-rate.ts'
import type { Lane, TakenMessage } from '../message.ts'
import { splitOffDomain } from '../outbox/batch.repo.ts'
import type { HeldBatch } from './leases.ts'
import { sleepUnlessAborted } from './sleep-unless-aborted.ts'

/** How many messages of one lane may be sent now, by the send rates that all processes share. */
export interface Permits {
  /** Call it before the first lease: the settings may have changed since the last run. */
  syncLimits(): Promise<void>
  /** How many messages of a batch may be taken now, up to `max`. */
  acquire(batch: HeldBatch, max: number): Promise<number>
  /** Returns permits for which there was no message. */
  giveBack(batch: HeldBatch, count: number): Promise<void>
  /** For a batch of several domains: returns the messages whose domain has permits; moves the others to new batches. */
  splitByDomain(batch: HeldBatch, taken: TakenMessage[]): Promise<TakenMessage[]>
  /** The next call reads which rates are active, because this process has changed one. */
  refresh(): void
  /** Waits for a permit of all email; the transactional lane goes first. Calls `onPause` before each pause. */
  wait(halt: AbortSignal, onPause?: (ms: number) => void): Promise<void>
}

type PermitDeps = Pick<Deps, 'db' | 'config' | 'clock'> & { elapsedMs?: () => number }

export const openPermits = (deps: PermitDeps, lane: Lane): Permits =>
  lane === 'transactional' ? transactionalPermits(deps) : bulkPermits(deps)

/** These emails are few and a person waits for each, so only the rate of all email applies. */
function transactionalPermits(deps: PermitDeps): Permits {
  const { limitedOf, refresh } = openRateReader(deps)
  return {
    syncLimits: () => openLimitSync(deps)([ALL_EMAIL]),
    acquire: async (_batch, max) => max,
    giveBack: async () => {},
    splitByDomain: async (_batch, taken) => taken,
    refresh,
    wait: async (halt, onPause) => {
      if ((await limitedOf([ALL_EMAIL])).length > 0) await waitForOne(deps, { leave: 0, halt, onPause })
    },
  }
}

function bulkPermits(deps: PermitDeps): Permits {
  const { db, config, clock } = deps
  const syncLimits = openLimitSync(deps)
  const { limitedOf, refresh } = openRateReader(deps)
  /** The rates that limit digests to a domain; null: to several domains. */
  const keysOf = (domain: string | null): Promise<SendRateKey[]> => {
    const today = rampUpRate(config, clock.now())
    return limitedOf([...(today ? [today.key] : []), ...(domain === null ? [] : [domainRateKey(domain)])])
  }
  const grantedFor = async (wanted: { key: SendRateKey; count: number }[]): Promise<Map<string, number>> => {
    await syncLimits(wanted.map(({ key }) => key))
    const grants = await takeAvailable(db, wanted)
    return new Map(grants.map(({ key, granted }) => [key, granted]))
  }

  // A rate may have become active since, so permits go back only to the rates that gave them.
  const takenFrom = new WeakMap<HeldBatch, SendRateKey[]>()
  const giveBack = (batch: HeldBatch, count: number) => returnPermits(db, takenFrom.get(batch) ?? [], count)

  return {
    syncLimits: () => syncLimits([ALL_EMAIL]),
    acquire: async (batch, max) => {
      const keys = await keysOf(batch.domain)
      takenFrom.set(batch, keys)
      if (keys.length === 0) return max
      const granted = await grantedFor(keys.map((key) => ({ key, count: max })))
      const acquired = Math.min(max, ...keys.map((key) => granted.get(key) ?? max))
      for (const key of keys) await returnPermits(db, [key], (granted.get(key) ?? acquired) - acquired)
      return acquired
    },
    giveBack,
    splitByDomain: async (batch, taken) => {
      if (batch.domain !== null || taken.length === 0) return taken
      const byKey = Map.groupBy(taken, ({ toAddress }) => domainRateKey(emailDomain(toAddress)))
      const limited = new Set(await limitedOf([...byKey.keys()]))
      if (limited.size === 0) return taken
      const granted = await grantedFor([...limited].map((key) => ({ key, count: byKey.get(key)!.length })))
      const allowedMessages: TakenMessage[] = []
      for (const [key, messages] of byKey) {
        const allowed = granted.get(key) ?? messages.length
        allowedMessages.push(...messages.slice(0, allowed))
        const rest = messages.slice(allowed)
        if (rest.length === 0) continue
        await giveBack(batch, rest.length)
        const [domain, ids] = [emailDomain(rest[0]!.toAddress), rest.map(({ id }) => id)]
        await splitOffDomain(db, { batch: batch.id, owner: batch.owner, domain, ids })
      }
      return allowedMessages
    },
    refresh,
    wait: async (halt, onPause) => {
      if ((await limitedOf([ALL_EMAIL])).length > 0)
        await waitForOne(deps, { leave: TRANSACTIONAL_RESERVE, halt, onPause })
    },
  }
}

async function returnPermits(db: Deps['db'], keys: SendRateKey[], count: number): Promise<void> {
  if (count === 0) return
  await chargePermits(
    db,
    keys.map((key) => ({ key })),
    -count,
  )
}

const RATES_VALID_MS = 1000

/** Which keys have a send rate: by the settings, or in the database as it was up to a second ago. */
function openRateReader({ db, config, clock, elapsedMs = monotonicMs }: PermitDeps) {
  let readAt = Number.NEGATIVE_INFINITY
  let active: Promise<ReadonlySet<SendRateKey>>
  const read = () => {
    if (elapsedMs() - readAt < RATES_VALID_MS) return active
    readAt = elapsedMs()
    active = activeSendRates(db).then((rates) => new Set(rates.map(({ key }) => key)))
    active.catch(refresh)
    return active
  }
  const refresh = (): void => {
    readAt = Number.NEGATIVE_INFINITY
  }
  return {
    limitedOf: async (keys: SendRateKey[]): Promise<SendRateKey[]> => {
      if (keys.length === 0) return []
      const now = clock.now()
      const stored = await read()
      return keys.filter((key) => stored.has(key) || configuredRateLimit(config, key, now) !== undefined)
    },
    refresh,
  }
}

/** Stores the limits of keys in the database if they are new or have changed with the day. */
function openLimitSync({ db, config, clock }: PermitDeps): (keys: SendRateKey[]) => Promise<void> {
  const synced = new Map<SendRateKey, number | undefined>()
  return async (keys) => {
    const changed = keys
      .map((key) => ({ key, limit: configuredRateLimit(config, key, clock.now()) }))
      .filter(({ key, limit }) => !synced.has(key) || synced.get(key) !== limit?.perSecond)
    if (changed.length > 0)
      await setPermitLimits(
        db,
        changed.map(({ key, limit }) => ({ key, ...limit })),
      )
    for (const { key, limit } of changed) synced.set(key, limit?.perSecond)
  }
}

interface Wait {
  leave: number
  halt: AbortSignal
  onPause?: (ms: number) => void
}

async function waitForOne({ db }: PermitDeps, { leave, halt, onPause }: Wait): Promise<void> {
  while (!halt.aborted) {
    const [grant] = await takeAvailable(db, [{ key: ALL_EMAIL, count: 1, leave }])
    if (!grant || grant.granted > 0) return
    onPause?.(grant.waitSeconds * 1000)
    await sleepUnlessAborted(grant.waitSeconds * 1000, halt)
  }
}
