import { PgBoss, systemClock } from 'pg-boss'
import { monotonicEpochMs } from './clock.ts'
import { WATCHDOG_DEFAULTS, type WatchdogOptions, watchdogClient } from './database/watchdog-client.ts'
import { errorText } from './errors.ts'
import type { Log } from './log.ts'

/**
 * Nudges: "there may be work of this kind". A nudge holds no ids and may come twice or late; what is to be done
 * stands in our tables alone, and every tick sends the nudge again while work is open.
 */
export const NUDGES = [
  'ingest',
  'plan',
  'drain-answers',
  'drain-digests',
  'read-reports',
  'fetch-mailbox',
  'prune',
] as const
export type Nudge = (typeof NUDGES)[number]

export interface Queue {
  nudge(name: Nudge): Promise<void>
  /** Runs `work` in this process, one at a time for each name, whenever somebody nudges. */
  onNudge(name: Nudge, work: () => Promise<void>): Promise<void>
  /** Takes no new nudges and waits for the ones in hand. */
  stop(): Promise<void>
}

const HEARTBEAT_SECONDS = 30
const MAX_WORK_SECONDS = 6 * 3600
const STOP_WITHIN_MS = 30_000
// Without one, pg-boss takes a name that tells whose it is to nobody.
const application_name = 'daily-papers queue'

// How soon a nudge is seen. A complaint is heard within a second, and a mailbox is looked into each minute.
const POLL_SECONDS = 1
const POLL_SECONDS_BY_NUDGE: Partial<Record<Nudge, number>> = { 'read-reports': 0.5, 'fetch-mailbox': 5 }

// pg-boss reckons its pauses by its clock: on the machine's, one that goes back an hour makes a pause of an hour.
const clock = { ...systemClock, now: monotonicEpochMs }

/** pg-boss hands what it does not know itself to the pool that it opens. */
const poolOptions = (url: string, max: number, watchdog = WATCHDOG_DEFAULTS) => ({
  connectionString: url,
  application_name,
  max,
  Client: watchdogClient(url, watchdog),
})

/** Needs the tables of `prepareQueue`. A connection that falls silent is given up: see patientClient. */
export async function openQueue(url: string, log: Log, watchdog?: WatchdogOptions): Promise<Queue> {
  const boss = new PgBoss({
    ...poolOptions(url, 3, watchdog),
    clock,
    migrate: false,
    monitorIntervalSeconds: 15,
    superviseIntervalSeconds: 15,
  })
  boss.on('error', (error) => log.error('queue.error', { what: errorText(error) }))
  await boss.start()
  return {
    nudge: async (name) => void (await boss.send(name, {})),
    onNudge: async (name, work) => {
      await boss.work(
        name,
        { pollingIntervalSeconds: POLL_SECONDS_BY_NUDGE[name] ?? POLL_SECONDS },
        async () => {
          await work()
        },
      )
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_WITHIN_MS }),
  }
}

/** Makes or updates the queue's own tables and queues. Safe twice, and from several machines at once. */
export async function prepareQueue(url: string, log: Log): Promise<void> {
  const boss = new PgBoss({ ...poolOptions(url, 2), supervise: false, schedule: false })
  boss.on('error', (error) => log.error('queue.error', { what: errorText(error) }))
  await boss.start()
  try {
    // policy short: at most one nudge waits, any number of processes may be working.
    for (const name of NUDGES) {
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
