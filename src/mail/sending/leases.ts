import { monotonicMs } from '../../core/clock.ts'
import type { Database } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import type { Lane } from '../message.ts'
import { leaseBatch, releaseBatch, renewLeases, splitBatch } from '../outbox/batch.repo.ts'
import { rampUpRate } from '../rate-limits/send-rate.ts'

export interface HeldBatch {
  id: number
  /** Unique per lease: leasing a lost batch again yields a new owner. */
  owner: string
  /** The domain of all its recipients; null if they have several. */
  domain: string | null
  /** Messages taken from it that are not recorded yet. */
  open: number
  /** No message is left to take: the batch is released once nothing is open. */
  exhausted: boolean
  lost: boolean
  /** Its worker hangs, so the lease is no longer renewed. */
  stalled: boolean
  /** By the monotonic clock: from here on another worker may have the lease, even if the database has not replied. */
  validUntil: number
}

export interface Leases {
  /** A free batch, else half of one that another worker holds. */
  lease(): Promise<{ batch: HeldBatch; more: boolean } | undefined>
  isValid(batch: HeldBatch): boolean
  release(batch: HeldBatch): Promise<void>
  /** Releases all batches. Call it when no message is in progress. */
  releaseAll(): Promise<void>
  /** As releaseAll, and stops the renewals. */
  close(): Promise<void>
}

export interface LeasesInput {
  lane: Lane
  owner: string
  /** False if the work on a batch hangs. */
  isMakingProgress: (batch: HeldBatch) => boolean
}

type LeaseDeps = Pick<Deps, 'config' | 'clock' | 'log' | 'onFailpoint'> & { db: Database }

/**
 * Holds the batches of one drain and renews their leases while the work on them makes progress. The database's clock
 * decides whether a lease is valid; our monotonic clock, read before each renewal, can only end it earlier.
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

  /** Starts no further message of the batch. None in progress could be sent twice. */
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
    const validUntil = validUntilIfRenewedNow()
    const owners = renewable.map((batch) => batch.owner)
    const renewed = new Set(await renewLeases(db, { owners, leaseSeconds }))
    for (const batch of renewable) {
      if (renewed.has(batch.owner)) batch.validUntil = validUntil
      else if (held.has(batch)) lose(batch)
    }
  }
  const timer = setInterval(() => {
    renew().catch((error) => log.error('database.error', { what: errorText(error) }))
  }, config.LEASE_RENEW_SECONDS * 1000)

  const lease = async () => {
    await onFailpoint?.('before-claim')
    const validUntil = validUntilIfRenewedNow()
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
      validUntil,
    }
    held.add(batch)
    await onFailpoint?.('after-claim')
    log.info('chunk.leased', { chunk: batch.id, lane, lost: leased.lost })
    return { batch, more: leased.more }
  }

  const release = async (batch: HeldBatch) => {
    held.delete(batch)
    await releaseBatch(db, { chunk: batch.id, owner: batch.owner, now: clock.now() })
    log.info('chunk.done', { chunk: batch.id, lane })
  }

  const releaseAll = async () => {
    const all = [...held]
    // Clear first: if one release fails, no worker continues the other batches either, so none may be renewed.
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
