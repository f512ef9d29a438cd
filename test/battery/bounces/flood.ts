import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../../src/core/clock.ts'
import type { Database } from '../../../src/core/database/database.ts'
import { complaint } from '../../support/bounce-emails.ts'
import { eventually } from '../../support/until.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import { beginService, endService, type ServiceProcess } from '../bench/services.ts'
import { withSlowness } from '../bench/yardstick.ts'
import { prepareServices } from '../services/start-services.ts'
import { type Ports, returnsOn, settingsOf, untilRead } from './bench.ts'
import { bring } from './client.ts'
import { isSound, judge, judgedInWords, reportsFor } from './killed.ts'
import { addReaders, FIRST_DAY, type Reader } from './readers.ts'

const REPORTS: Record<Profile, number> = { ci: 800, nightly: 20_000 }
const CONNECTIONS = 50
/** The share that comes first, while there is only one reader. */
const SHARE_OF_ONE = 0.25
const IDLE_TIMES: Record<Profile, number> = { ci: 3, nightly: 10 }
/** A queue looks once a second whether it was nudged. On a machine that nothing else uses. */
const MAX_IDLE_MS = 2000

const begin = (bench: Bench, ports: Ports, roles: ServiceProcess['roles'], port = '0') =>
  beginService(bench, {
    roles,
    now: FIRST_DAY,
    settings: {
      ...settingsOf(ports),
      ...(roles.includes('web') ? {} : { BOUNCE_LMTP: '', BOUNCE_SMTP: '' }),
      LOG_LEVEL: 'info',
      PORT: port,
    },
  })

async function isUp({ child, started, logged }: ServiceProcess): Promise<void> {
  await started
  if (child.exitCode !== null) throw new Error(`a service ended: ${logged.at(-1)?.event}`)
}

/** Milliseconds from the 250 to a complaint until its reader is suppressed. */
async function timeOfComplaint(db: Database, ports: Ports, { subscriberId, token }: Reader): Promise<number> {
  const raw = complaint({ 'X-Daily-Papers-Message': token })
  let begun = 0
  await bring([{ to: `fbl@${settingsOf(ports).BOUNCE_DOMAIN}`, raw }], {
    ...{ port: ports.lmtp, channel: 'lmtp' },
    onTaken: () => {
      begun = performance.now()
    },
  })
  const isSuppressed = async () =>
    (await db.subscriber.findUniqueOrThrow({ where: { id: subscriberId } })).state === 'suppressed'
  for (const end = begun + 120_000; performance.now() < end; await sleep(5))
    if (await isSuppressed()) return Math.round(performance.now() - begun)
  return Number.POSITIVE_INFINITY
}

/** Milliseconds from the first email until the last one is read. */
async function timeOf(db: Database, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  await untilRead(db)
  return performance.now() - begun
}

const runFlood = (count: number, idleTimes: number) =>
  withBench({ emails: 0, connections: 1 }, async (bench) => {
    const { db, ports } = await returnsOn(bench)
    await prepareServices({ ...bench, settings: { ...bench.settings, ...settingsOf(ports) } })
    const reports = await reportsFor(db, count)
    const complaining = await addReaders(
      db,
      Array.from({ length: idleTimes + 1 }, (_, n) => `complains${n}@mail.example`),
    )
    const services = [begin(bench, ports, ['web']), begin(bench, ports, ['worker'])]
    await Promise.all(services.map(isUp))
    const { result: idle, slower } = await withSlowness(monotonicMs, async () => {
      const times: number[] = []
      for (const reader of complaining.slice(1)) times.push(await timeOfComplaint(db, ports, reader))
      return times
    })

    const few = reports.slice(0, count * SHARE_OF_ONE)
    const many = reports.slice(few.length)
    const flood = { port: ports.lmtp, channel: 'lmtp', connections: CONNECTIONS } as const
    const ofOne = await timeOf(db, () => bring(few, flood))
    const second = begin(bench, ports, ['worker'])
    services.push(second)
    await isUp(second)
    let busy = Number.POSITIVE_INFINITY
    let taken = few.length
    const ofTwo = await timeOf(db, async () => {
      const coming = bring(many, { ...flood, onTaken: () => taken++ })
      await eventually(() => taken >= few.length + many.length / 2)
      busy = await timeOfComplaint(db, ports, complaining[0]!)
      await coming
    })
    const shares = services.map(({ logged }) => logged.filter(({ event }) => event === 'report.read').length)
    const codes = await Promise.all(services.map(endService))
    return {
      ...(await judge(db, reports)),
      ...{ idle, slower, busy, shares: shares.slice(1), codes },
      ofOne: (few.length * 1000) / ofOne,
      ofTwo: (many.length * 1000) / ofTwo,
    }
  })

export const flood: BatteryCase = {
  name: 'bounces-flood',
  runsAlone: true,
  fault: `reports by ${CONNECTIONS} connections into one listener, with two readers in services of their own`,
  invariant: `each is processed once, and by both readers; a complaint is acted on in the middle of it, and within ${MAX_IDLE_MS / 1000} s if nothing else comes`,
  run: async (profile) => {
    const seen = await runFlood(REPORTS[profile], IDLE_TIMES[profile])
    const { idle, slower, busy, ofOne, ofTwo, shares, codes } = seen
    const slowest = Math.max(...idle)
    return {
      ok:
        isSound(seen) &&
        codes.every((code) => code === 0) &&
        shares.every((share) => share > 0) &&
        Number.isFinite(busy) &&
        slowest <= MAX_IDLE_MS * slower,
      n: `${REPORTS[profile]} reports, ${idle.length + 1} complaints`,
      result: [
        judgedInWords(seen),
        `one reader ${ofOne.toFixed(0)} a second, two ${ofTwo.toFixed(0)} (× ${(ofTwo / ofOne).toFixed(2)}), rows read by each ${shares.join(' and ')}`,
        `from 250 to suppressed: ${busy} ms in the flood, ${idle.join(', ')} ms if nothing else came (≤ ${MAX_IDLE_MS} × ${slower.toFixed(1)}: how much slower than usual the machine is)`,
      ].join('; '),
    }
  },
}
