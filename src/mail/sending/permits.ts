import { setTimeout as sleep } from 'node:timers/promises'
import type { Deps } from '../../core/deps.ts'
import type { Lane, TakenMessage } from '../message.ts'
import { splitOffDomain } from '../outbox/batch.repo.ts'
import { returnSendPermits, setSendRateLimits, takeSendPermits } from '../rate-limits/send-rate.repo.ts'
import {
  configuredRateLimit,
  domainRateKey,
  emailDomain,
  rampUpRate,
  type SendRateKey,
  TRANSACTIONAL_RESERVE,
} from '../rate-limits/send-rate.ts'
import type { HeldBatch } from './leases.ts'

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
  /** Waits for a permit of all email; the transactional lane goes first. Calls `onPause` before each pause. */
  wait(halt: AbortSignal, onPause?: (ms: number) => void): Promise<void>
}

type PermitDeps = Pick<Deps, 'db' | 'config' | 'clock'>

export const openPermits = (deps: PermitDeps, lane: Lane): Permits =>
  lane === 'transactional' ? transactionalPermits(deps) : bulkPermits(deps)

/** These emails are few and a person waits for each, so only the rate of all email applies. */
const transactionalPermits = (deps: PermitDeps): Permits => ({
  syncLimits: () => openLimitSync(deps)(['all']),
  acquire: async (_batch, max) => max,
  giveBack: async () => {},
  splitByDomain: async (_batch, taken) => taken,
  wait: (halt, onPause) => waitForOne(deps, { leave: 0, halt, onPause }),
})

function bulkPermits(deps: PermitDeps): Permits {
  const { db, config, clock } = deps
  const syncLimits = openLimitSync(deps)
  /** The rates that limit digests to a domain; null: to several domains. */
  const keysOf = (domain: string | null): SendRateKey[] => {
    const today = rampUpRate(config, clock.now())
    return [...(today ? [today.key] : []), ...(domain === null ? [] : [domainRateKey(domain)])]
  }
  // Updated whenever permits are taken, so that a single email only queries the database if all email has a rate.
  let isTotalLimited = false

  const grantedFor = async (
    wanted: { key: SendRateKey; mails: number }[],
  ): Promise<Map<SendRateKey, number>> => {
    const grants = await takeSendPermits(db, [...wanted, { key: 'all', mails: 0 }])
    isTotalLimited = grants.some(({ key }) => key === 'all')
    return new Map(grants.map(({ key, granted }) => [key, granted]))
  }

  return {
    syncLimits: () => syncLimits(['all']),
    acquire: async ({ domain }, max) => {
      const keys = keysOf(domain)
      if (keys.length === 0) return max
      await syncLimits(keys)
      const granted = await grantedFor(keys.map((key) => ({ key, mails: max })))
      const acquired = Math.min(max, ...keys.map((key) => granted.get(key) ?? max))
      for (const key of keys) await returnSendPermits(db, [key], (granted.get(key) ?? acquired) - acquired)
      return acquired
    },
    giveBack: ({ domain }, count) => returnSendPermits(db, keysOf(domain), count),
    splitByDomain: async (batch, taken) => {
      if (batch.domain !== null || taken.length === 0) return taken
      const byDomain = Map.groupBy(taken, ({ toAddress }) => emailDomain(toAddress))
      const { each, domains } = config.DOMAIN_RATE
      const limited = [...byDomain.keys()].filter((domain) => each !== undefined || domains.has(domain))
      await syncLimits(limited.map(domainRateKey))
      const granted = await grantedFor(
        [...byDomain].map(([domain, messages]) => ({ key: domainRateKey(domain), mails: messages.length })),
      )
      const allowedMessages: TakenMessage[] = []
      for (const [domain, messages] of byDomain) {
        const allowed = granted.get(domainRateKey(domain)) ?? messages.length
        allowedMessages.push(...messages.slice(0, allowed))
        const ids = messages.slice(allowed).map(({ id }) => id)
        if (ids.length === 0) continue
        await returnSendPermits(db, keysOf(null), ids.length)
        await splitOffDomain(db, { batch: batch.id, owner: batch.owner, domain, ids })
      }
      return allowedMessages
    },
    wait: async (halt, onPause) => {
      if (isTotalLimited || config.SMTP_URL?.rate)
        await waitForOne(deps, { leave: TRANSACTIONAL_RESERVE, halt, onPause })
    },
  }
}

/** Stores the limits of keys in the database if they are new or have changed with the day. */
function openLimitSync({ db, config, clock }: PermitDeps): (keys: SendRateKey[]) => Promise<void> {
  const synced = new Map<SendRateKey, number | undefined>()
  return async (keys) => {
    const changed = keys
      .map((key) => ({ key, limit: configuredRateLimit(config, key, clock.now()) }))
      .filter(({ key, limit }) => !synced.has(key) || synced.get(key) !== limit?.perSecond)
    if (changed.length > 0) await setSendRateLimits(db, changed)
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
    const [grant] = await takeSendPermits(db, [{ key: 'all', mails: 1, leave }])
    if (!grant || grant.granted > 0) return
    onPause?.(grant.waitSeconds * 1000)
    await sleep(grant.waitSeconds * 1000, undefined, { signal: halt }).catch(() => {})
  }
}
