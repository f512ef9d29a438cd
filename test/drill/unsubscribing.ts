import { setTimeout as sleep } from 'node:timers/promises'
import { signLink } from '../../src/subscribers/links.ts'
import type { Person } from '../battery/account/crowd.ts'
import type { Left } from '../battery/account/leaving.ts'
import { APP_SECRET } from './service.ts'

const EVERY_MS = 250
const MAX_REPLY_MS = 15_000
/** Soon, so that the drill ends. */
const AGAIN_MS = 1000

interface Visitor {
  /** Asks no longer for what is not acknowledged yet. */
  stop(): Promise<void>
}

export interface Unsubscribing extends Visitor {
  /** Departures that were acknowledged. */
  left: Left[]
  /** Requests that failed. */
  failed: number
}

/**
 * Every quarter of a second another person unsubscribes with one click, as mail programs do, and again until that
 * is acknowledged.
 */
export function startUnsubscribing(site: string, people: readonly Person[]): Unsubscribing {
  const stopping = new AbortController()
  const inProgress: Promise<void>[] = []
  const result: Unsubscribing = {
    left: [],
    failed: 0,
    stop: async () => {
      stopping.abort()
      await Promise.all([walking, ...inProgress])
    },
  }
  const leave = async (person: Person): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (await isAcknowledged(site, person)) {
        const left: Left = {
          person,
          departure: 'one-click',
          reason: 'unsubscribed',
          at: 0,
          acknowledgedAt: Date.now(),
        }
        return void result.left.push(left)
      }
      result.failed++
      await sleep(AGAIN_MS)
    }
  }
  const walk = async (): Promise<void> => {
    for (const person of people) {
      if (stopping.signal.aborted) return
      inProgress.push(leave(person))
      await sleep(EVERY_MS)
    }
  }
  const walking = walk()
  return result
}

async function isAcknowledged(site: string, { subscriberId }: Person): Promise<boolean> {
  const issuedAt = new Date()
  const token = signLink({ purpose: 'unsubscribe', id: subscriberId, epoch: 0, issuedAt }, APP_SECRET)
  const body = new FormData()
  body.set('List-Unsubscribe', 'One-Click')
  try {
    const options = { method: 'POST', body, headers: { connection: 'close' } }
    const response = await fetch(`${site}/unsubscribe/${token}`, {
      ...options,
      signal: AbortSignal.timeout(MAX_REPLY_MS),
    })
    return response.status === 200
  } catch {
    return false
  }
}

export interface PageVisits extends Visitor {
  visits: { endedAt: number; ok: boolean }[]
}

/** Asks again and again whether the site is ready, which needs the database: the front page may come from memory. */
export function startVisiting(site: string): PageVisits {
  const stopping = new AbortController()
  const visits: PageVisits['visits'] = []
  const walk = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const ok = await fetch(`${site}/ready`, { signal: AbortSignal.timeout(MAX_REPLY_MS) }).then(
        (response) => response.ok,
        () => false,
      )
      visits.push({ endedAt: Date.now(), ok })
      await sleep(EVERY_MS)
    }
  }
  const walking = walk()
  return {
    visits,
    stop: async () => {
      stopping.abort()
      await walking
    },
  }
}
