import { monotonicMs } from '../../core/clock.ts'
import type { Database } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import { rampUpRate } from '../../limits/send-rate.ts'
import type { Lane } from '../message.ts'
import { leaseBatch, releaseBatch, renewLeases, splitBatch } from '../outbox/batch.repo.ts'

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

interface LeasesInput {
  lane: Lane
  owner: string
  /** See LeaseInput. */
  repeatsLast?: boolean
  /** False if the work on a batch hangs. */
  isMakingProgress: (batch: HeldBatch) => boolean
}

type LeaseDeps = Pick<Deps, 'config' | 'clock' | 'log' | 'onFailpoint'> & { db: Database }

/**
 * Holds the batches of one drain and renews their leases while the work on them makes progress. The database's clock
 * decides whether a lease is valid; our monotonic clock, read before each renewal, can only end it earlier.
 */
export class Leases {
  readonly #deps: LeaseDeps
  readonly #input: LeasesInput
  readonly #held = new Set<HeldBatch>()
  readonly #timer: NodeJS.Timeout
  #count = 0

  constructor(deps: LeaseDeps, input: LeasesInput) {
    this.#deps = deps
    this.#input = input
    this.#timer = setInterval(() => {
      this.#renew().catch((error) => deps.log.error('database.error', { what: errorText(error) }))
    }, deps.config.LEASE_RENEW_SECONDS * 1000)
  }

  /** A free batch, else half of one that another worker holds. */
  async lease(): Promise<{ batch: HeldBatch; more: boolean } | undefined> {
    const { config, clock, log, db, onFailpoint } = this.#deps
    const { lane, owner, repeatsLast } = this.#input
    await onFailpoint?.('before-claim')
    const validUntil = this.#validUntilIfRenewedNow()
    const now = clock.now()
    const rampUp = rampUpRate(config, now)?.key
    const leaseOwner = `${owner}.${++this.#count}`
    const { LEASE_SECONDS: leaseSeconds, WHEN_UNCERTAIN: whenUncertain } = config
    const input = { lane, owner: leaseOwner, now, leaseSeconds, whenUncertain, rampUp, repeatsLast }
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
    this.#held.add(batch)
    await onFailpoint?.('after-claim')
    log.info('batch.leased', { batch: batch.id, lane, lost: leased.lost })
    return { batch, more: leased.more }
  }

  isValid(batch: HeldBatch): boolean {
    if (monotonicMs() >= batch.validUntil) this.#lose(batch)
    return !batch.lost
  }

  async release(batch: HeldBatch): Promise<void> {
    const { db, clock, log } = this.#deps
    this.#held.delete(batch)
    await releaseBatch(db, { batch: batch.id, owner: batch.owner, now: clock.now() })
    log.info('batch.done', { batch: batch.id, lane: this.#input.lane })
  }

  /** Releases all batches. Call it when no message is in progress. */
  async releaseAll(): Promise<void> {
    const all = [...this.#held]
    // Clear first: if one release fails, no worker continues the other batches either, so none may be renewed.
    this.#held.clear()
    for (const batch of all) await this.release(batch)
  }

  /** As releaseAll, and stops the renewals. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.releaseAll()
  }

  async #renew(): Promise<void> {
    const { config, db } = this.#deps
    for (const batch of this.#held) this.#giveUpIfStalled(batch)
    const renewable = [...this.#held].filter(({ stalled }) => !stalled)
    if (renewable.length === 0) return
    const validUntil = this.#validUntilIfRenewedNow()
    const owners = renewable.map((batch) => batch.owner)
    const renewed = new Set(await renewLeases(db, { owners, leaseSeconds: config.LEASE_SECONDS }))
    for (const batch of renewable) {
      if (renewed.has(batch.owner)) batch.validUntil = validUntil
      else if (this.#held.has(batch)) this.#lose(batch)
    }
  }

  #lose(batch: HeldBatch): void {
    if (!batch.lost) this.#deps.log.warn('batch.lost', { batch: batch.id, open: batch.open })
    batch.lost = true
  }

  /** Starts no further message of the batch. None in progress could be sent twice. */
  #giveUpIfStalled(batch: HeldBatch): void {
    const { lane, isMakingProgress } = this.#input
    if (batch.stalled || isMakingProgress(batch)) return
    this.#deps.log.error('batch.stalled', { batch: batch.id, lane, open: batch.open })
    batch.stalled = true
    batch.lost = true
  }

  #validUntilIfRenewedNow(): number {
    return monotonicMs() + this.#deps.config.LEASE_SECONDS * 1000
  }
}
