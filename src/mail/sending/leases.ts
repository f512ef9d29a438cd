import { monotonicMs } from '../../core/clock.ts'
import type { Database } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import type { Lane } from '../message.ts'
import { leaseBatch, releaseBatch, renewLeases, splitBatch } from '../outbox/batch.repo.ts'
import { rampUpRate } from '../rate-limits/send-rate.ts'

export interface HeldBatch {
  id: number
  /** Of this lease alone: whoever loses a chunk and leases it again is somebody else, also to itself. */
  owner: string
  /** Of all its recipients; null where they are of several. */
  domain: string | null
  /** Messages taken from it that are not recorded yet. */
  open: number
  /** Nothing is left to take: it goes back once nothing is open. */
  exhausted: boolean
  lost: boolean
  /** Its worker hangs, so the lease is no longer renewed. */
  stalled: boolean
  /** By the stopwatch: from here on the lease may be somebody else's, whatever we hear. */
  validUntil: number
}

export interface Leases {
  /** A free chunk, else half of one that somebody else holds. */
  lease(): Promise<{ chunk: HeldBatch; more: boolean } | undefined>
  isValid(batch: HeldBatch): boolean
  release(batch: HeldBatch): Promise<void>
  /** Gives back whatever is held. Call it when no message is under way. */
  releaseAll(): Promise<void>
  /** The same, for good. */
  close(): Promise<void>
}

export interface LeasesInput {
  lane: Lane
  owner: string
  /** False if the work on a chunk hangs. */
  isMakingProgress: (batch: HeldBatch) => boolean
}

type LeaseDeps = Pick<Deps, 'config' | 'clock' | 'log' | 'onFailpoint'> & { db: Database }

/**
 * Holds the chunks of one drain and renews their leases while the work on them makes progress. The database's clock
 * decides whether a lease holds; between two renewals our stopwatch, started before each, can only end it early.
 */
export function openLeases(deps: LeaseDeps, { lane, owner, isMakingProgress }: LeasesInput): Leases {
  const { config, clock, log, db, onFailpoint } = deps
  const leaseSeconds = config.LEASE_SECONDS
  const held = new Set<HeldBatch>()
  let leases = 0
  const validUntilIfRenewedNow = () => monotonicMs() + leaseSeconds * 1000

  const lose = (batch: HeldBatch) => {
    if (!batch.lost) log.warn('chunk.lost', { chunk: batch.id, open: batch.open })
    batch.lost = true
  }

  /** Nothing of it begins any more; nothing of it is under way that could be sent twice. */
  const giveUpIfStalled = (batch: HeldBatch) => {
    if (batch.stalled || isMakingProgress(batch)) return
    log.error('chunk.stalled', { chunk: batch.id, lane, open: batch.open })
    batch.stalled = true
    batch.lost = true
  }

  const renew = async () => {
    for (const batch of held) giveUpIfStalled(batch)
    const renewable = [...held].filter(({ stalled }) => !stalled)
    if (renewable.length === 0) return
    const goodUntil = validUntilIfRenewedNow()
    const owners = renewable.map((batch) => batch.owner)
    const renewed = new Set(await renewLeases(db, { owners, leaseSeconds }))
    for (const batch of renewable) {
      if (renewed.has(batch.owner)) batch.validUntil = goodUntil
      else if (held.has(batch)) lose(batch)
    }
  }
  const timer = setInterval(() => {
    renew().catch((error) => log.error('database.error', { what: errorText(error) }))
  }, config.LEASE_RENEW_SECONDS * 1000)

  const lease = async () => {
    await onFailpoint?.('before-claim')
    const goodUntil = validUntilIfRenewedNow()
    const now = clock.now()
    const rampUp = rampUpRate(config, now)?.key
    const leaseOwner = `${owner}.${++leases}`
    const input = { lane, owner: leaseOwner, now, leaseSeconds, whenUncertain: config.WHEN_UNCERTAIN, rampUp }
    const leased = (await leaseBatch(db, input)) ?? (await splitBatch(db, input))
    if (!leased) return undefined
    const { id, domain } = leased
    const batch: HeldBatch = {
      id,
      owner: leaseOwner,
      domain,
      open: 0,
      exhausted: false,
      lost: false,
      stalled: false,
      validUntil: goodUntil,
    }
    held.add(batch)
    await onFailpoint?.('after-claim')
    log.info('chunk.leased', { chunk: batch.id, lane, lost: leased.lost })
    return { chunk: batch, more: leased.more }
  }

  const release = async (batch: HeldBatch) => {
    held.delete(batch)
    await releaseBatch(db, { chunk: batch.id, owner: batch.owner, now: clock.now() })
    log.info('chunk.done', { chunk: batch.id, lane })
  }

  const releaseAll = async () => {
    const all = [...held]
    // Where one cannot be given back, nobody works on the others either: none may be renewed any more.
    held.clear()
    for (const batch of all) await release(batch)
  }

  return {
    lease,
    release,
    isValid: (batch) => {
      if (monotonicMs() >= batch.validUntil) lose(batch)
      return !batch.lost
    },
    releaseAll,
    close: async () => {
      clearInterval(timer)
      await releaseAll()
    },
  }
}
