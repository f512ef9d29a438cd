import { setTimeout as sleep } from 'node:timers/promises'
import { signLink } from '../../src/subscribers/links.ts'
import type { Person } from '../battery/account/crowd.ts'
import type { Left } from '../battery/account/leaving.ts'
import { APP_SECRET } from './service.ts'

const EVERY_MS = 250
const MAX_REPLY_MS = 5000
/** A mail program tries again later; here soon, so that the drill ends. */
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
 * Every quarter of a second another person unsubscribes with one click, as a mail program does it, and again until that
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
  visits: { begunAt: number; endedAt: number; ok: boolean }[]
}

/** Opens the front page again and again. */
export function startVisiting(site: string): PageVisits {
  const stopping = new AbortController()
  const visits: PageVisits['visits'] = []
  const walk = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const begunAt = Date.now()
      const ok = await fetch(site, { signal: AbortSignal.timeout(MAX_REPLY_MS) }).then(
        (response) => response.ok,
        () => false,
      )
      visits.push({ begunAt, endedAt: Date.now(), ok })
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
