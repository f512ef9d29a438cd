import { monotonicEpochMs } from './clock.ts'
import { connectionOptions, MAX_SILENCE_MS } from './database/connection.ts'
import { errorText } from './errors.ts'
import type { Log } from './log.ts'

/**
 * Nudges: "there may be work of this kind". A nudge has no ids and may arrive twice or late. Only our own tables record
 * what is to be done, and every tick sends the nudge again while work is open.
 */
export const NUDGES = [
  'ingest',
  'plan',
  'drain-transactional',
  'drain-bulk',
  'read-reports',
  'prune',
  'learn',
] as const
export type CoreNudge = (typeof NUDGES)[number]

/** The names of nudges of features. A feature adds its own by declaration merging: see feature-nudge.ts. */
// biome-ignore lint/suspicious/noEmptyInterface: see above
export interface FeatureNudgeNames {}

export type Nudge = CoreNudge | keyof FeatureNudgeNames

export interface Queue {
  nudge(name: Nudge): Promise<void>
  /** Runs `work` in this process after each nudge, one at a time for each name. */
  onNudge(name: Nudge, work: () => Promise<void>, options?: { pollSeconds?: number }): Promise<void>
  /** Takes no new nudges and waits for those in progress. */
  stop(): Promise<void>
}

const HEARTBEAT_SECONDS = 30
const MAX_WORK_SECONDS = 6 * 3600
const STOP_WITHIN_MS = 30_000
// Otherwise pg-boss picks an application_name that identifies nothing.
const application_name = 'daily-papers queue'

/** How soon a nudge is seen. */
const POLL_SECONDS = 1

/** pg-boss passes options that it does not use itself to its pg pool. */
const poolOptions = (url: string, max: number, maxSilenceMs?: number) => ({
  ...connectionOptions(url, maxSilenceMs),
  application_name,
  max,
})

/** Needs the tables of `prepareQueue`. */
export async function openQueue(url: string, log: Log, maxSilenceMs = MAX_SILENCE_MS): Promise<Queue> {
  const { PgBoss, systemClock } = await import('pg-boss')
  const boss = new PgBoss({
    ...poolOptions(url, 3, maxSilenceMs),
    // It computes its pauses from this clock: with the machine's, setting it back an hour causes an hour's pause.
    clock: { ...systemClock, now: monotonicEpochMs },
    migrate: false,
    monitorIntervalSeconds: 15,
    superviseIntervalSeconds: 15,
  })
  boss.on('error', (error) => log.error('queue.error', { what: errorText(error) }))
  await boss.start()
  return {
    nudge: async (name) => void (await boss.send(name, {})),
    onNudge: async (name, work, { pollSeconds = POLL_SECONDS } = {}) => {
      await boss.work(name, { pollingIntervalSeconds: pollSeconds }, async () => {
        await work()
      })
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_WITHIN_MS }),
  }
}

/** Creates or updates the queue's own tables and queues. Safe to run twice, and from several machines at once. */
export async function prepareQueue(url: string, log: Log, nudges: readonly Nudge[] = NUDGES): Promise<void> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({ ...poolOptions(url, 2), supervise: false, schedule: false })
  boss.on('error', (error) => log.error('queue.error', { what: errorText(error) }))
  await boss.start()
  try {
    const existing = new Set((await boss.getQueues()).map(({ name }) => name))
    for (const name of nudges.filter((nudge) => !existing.has(nudge))) {
      // policy short: only one nudge waits; any number of processes may be working.
      await boss.createQueue(name, {
        policy: 'short',
        retryLimit: 2,
        retryDelay: 5,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        expireInSeconds: MAX_WORK_SECONDS,
      })
    }
  } finally {
    await boss.stop({ graceful: false })
  }
}
