import type { BatteryCase, Profile } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { compare, withBench } from '../bench/delivery-bench.ts'
import { nudgeEach, prepareServices, startServices, until } from './start-services.ts'

/** The default of a service. */
const CONNECTIONS = 4
/** How long the mail server takes for each email. */
const EMAIL_MS = 200
const PER_WORKER: Record<Profile, number> = { ci: 140, nightly: 1200 }
const WORKERS = [1, 2, 4]
const TICK_MS = 60_000
const MAX_DURATION_MS = 300_000

interface Speed {
  workers: number
  /** Emails a second, from the first to the last. */
  rate: number
  wrong: number
}

async function measure(workers: number, perWorker: number): Promise<Speed> {
  const emails = perWorker * workers
  const options = { emails: 0, connections: CONNECTIONS, sink: { delayMs: EMAIL_MS }, settings: COMPOSING }
  return withBench(options, async (bench) => {
    await prepareServices(bench)
    await startServices(bench, workers)
    await addBulkMails(bench.db, mixedAddresses(emails, 5))
    const nudges = await nudgeEach(bench, TICK_MS)
    const cameAll = await until(() => bench.arrived().length >= emails, MAX_DURATION_MS)
    // The sink writes down the last ones just after they arrived.
    await until(async () => (await bench.db.batch.count({ where: { doneAt: null } })) === 0, 10_000)
    await nudges.stop()
    const arrived = bench.arrived()
    const { lost, doubles, misrecorded } = await compare(bench.db, arrived)
    const seconds = (arrived.at(-1)!.at - arrived[0]!.at) / 1000
    return { workers, rate: emails / seconds, wrong: lost + doubles + misrecorded + (cameAll ? 0 : 1) }
  })
}

interface Measured {
  speeds: Speed[]
  /** The share of the rate of one worker, times the number of workers. */
  shares: number[]
  wrong: number
}

const MAX_AGAIN = 2

async function measureAll(perWorker: number): Promise<Measured> {
  const speeds: Speed[] = []
  for (const workers of WORKERS) speeds.push(await measure(workers, perWorker))
  const [one] = speeds
  return {
    speeds,
    shares: speeds.map(({ workers, rate }) => rate / (workers * one!.rate)),
    wrong: speeds.reduce((sum, speed) => sum + speed.wrong, 0),
  }
}

/** Lost emails and duplicates are counted in `wrong`. */
const isLinear = ({ shares, wrong }: Measured): boolean =>
  wrong === 0 && shares.every((share) => share >= 0.9)

export const servicesScale: BatteryCase = {
  name: 'services-scale',
  runsAlone: true,
  fault: `1, 2 and 4 processes with the role worker, and an SMTP server that takes ${EMAIL_MS} ms for an email`,
  invariant: 'the processes share the work without a setting: at least 0.9 of linear; lost 0, duplicates 0',
  run: async (profile) => {
    // Other work of the machine can only lower a measured rate; the best of some is closest to the truth.
    let measured = await measureAll(PER_WORKER[profile])
    for (let again = 0; again < MAX_AGAIN && measured.wrong === 0 && !isLinear(measured); again++)
      measured = await measureAll(PER_WORKER[profile])
    const { speeds, shares, wrong } = measured
    return {
      ok: isLinear(measured),
      n: `${PER_WORKER[profile]} emails for each worker, ${CONNECTIONS} connections each`,
      result: `${speeds.map(({ workers, rate }, i) => `${workers}: ${rate.toFixed(1)} a second (${shares[i]!.toFixed(2)} of linear)`).join(', ')}; lost, duplicate or misrecorded ${wrong}`,
    }
  },
}
