import { stopwatch } from '../../core/clock.ts'
import type { Database } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { textOf } from '../../core/errors.ts'
import type { Lane } from '../message.ts'
import { leaseChunk, releaseChunk, renewLeases, shareChunk } from '../outbox/chunk.repo.ts'
import { rampUpOf } from '../rate-limits/pace.ts'

export interface HeldChunk {
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
  goodUntil: number
}

export interface Leases {
  /** A free chunk, else half of one that somebody else holds. */
  lease(): Promise<{ chunk: HeldChunk; more: boolean } | undefined>
  isGood(chunk: HeldChunk): boolean
  release(chunk: HeldChunk): Promise<void>
  /** Gives back whatever is held. Call it when no message is under way. */
  releaseAll(): Promise<void>
  /** The same, for good. */
  close(): Promise<void>
}

export interface LeasesInput {
  lane: Lane
  owner: string
  /** False if the work on a chunk hangs. */
  isProgressMadeOn: (chunk: HeldChunk) => boolean
}

type LeaseDeps = Pick<Deps, 'config' | 'clock' | 'log' | 'watch'> & { db: Database }

/**
 * Holds the chunks of one drain and renews their leases while the work on them makes progress. The database's clock
 * decides whether a lease holds; between two renewals our stopwatch, started before each, can only end it early.
 */
export function openLeases(deps: LeaseDeps, { lane, owner, isProgressMadeOn }: LeasesInput): Leases {
  const { config, clock, log, db, watch } = deps
  const leaseSeconds = config.LEASE_SECONDS
  const held = new Set<HeldChunk>()
  let leases = 0
  const goodUntilIfAskedNow = () => stopwatch() + leaseSeconds * 1000

  const lose = (chunk: HeldChunk) => {
    if (!chunk.lost) log.warn('chunk.lost', { chunk: chunk.id, open: chunk.open })
    chunk.lost = true
  }

  /** Nothing of it begins any more; nothing of it is under way that could be sent twice. */
  const giveUpIfStalled = (chunk: HeldChunk) => {
    if (chunk.stalled || isProgressMadeOn(chunk)) return
    log.error('chunk.stalled', { chunk: chunk.id, lane, open: chunk.open })
    chunk.stalled = true
    chunk.lost = true
  }

  const renew = async () => {
    for (const chunk of held) giveUpIfStalled(chunk)
    const asked = [...held].filter(({ stalled }) => !stalled)
    if (asked.length === 0) return
    const goodUntil = goodUntilIfAskedNow()
    const owners = asked.map((chunk) => chunk.owner)
    const renewed = new Set(await renewLeases(db, { owners, leaseSeconds }))
    for (const chunk of asked) {
      if (renewed.has(chunk.owner)) chunk.goodUntil = goodUntil
      else if (held.has(chunk)) lose(chunk)
    }
  }
  const timer = setInterval(() => {
    renew().catch((error) => log.error('database.error', { what: textOf(error) }))
  }, config.LEASE_RENEW_SECONDS * 1000)

  const lease = async () => {
    await watch?.('before-claim')
    const goodUntil = goodUntilIfAskedNow()
    const now = clock.now()
    const rampUp = rampUpOf(config, now)?.key
    const leaseOwner = `${owner}.${++leases}`
    const input = { lane, owner: leaseOwner, now, leaseSeconds, whenUncertain: config.WHEN_UNCERTAIN, rampUp }
    const leased = (await leaseChunk(db, input)) ?? (await shareChunk(db, input))
    if (!leased) return undefined
    const { id, domain } = leased
    const chunk: HeldChunk = {
      id,
      owner: leaseOwner,
      domain,
      open: 0,
      exhausted: false,
      lost: false,
      stalled: false,
      goodUntil,
    }
    held.add(chunk)
    await watch?.('after-claim')
    log.info('chunk.leased', { chunk: chunk.id, lane, lost: leased.lost })
    return { chunk, more: leased.more }
  }

  const release = async (chunk: HeldChunk) => {
    held.delete(chunk)
    await releaseChunk(db, { chunk: chunk.id, owner: chunk.owner, now: clock.now() })
    log.info('chunk.done', { chunk: chunk.id, lane })
  }

  const releaseAll = async () => {
    const all = [...held]
    // Where one cannot be given back, nobody works on the others either: none may be renewed any more.
    held.clear()
    for (const chunk of all) await release(chunk)
  }

  return {
    lease,
    release,
    isGood: (chunk) => {
      if (stopwatch() >= chunk.goodUntil) lose(chunk)
      return !chunk.lost
    },
    releaseAll,
    close: async () => {
      clearInterval(timer)
      await releaseAll()
    },
  }
}
