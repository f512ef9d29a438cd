import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import type { BatteryCase, Profile, Verdict } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import { prepareServices, startServices, until } from './start-services.ts'

const PER_SECOND = 14
const WITHIN_MS = 10_000
const CONFIRMATIONS: Record<Profile, number> = { ci: 3, nightly: 20 }

/** Signs up through the API; returns the time of the response. */
async function subscribe(site: string, email: string): Promise<number> {
  const response = await fetch(`${site}/api/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, topic: ['linear attention'] }),
  })
  if (response.status !== 202) throw new Error(`POST /api/subscriptions: ${response.status}`)
  return Date.now()
}

/** Milliseconds until the mail server had the confirmation; undefined if it did not arrive. */
async function confirmationTime(bench: Bench, site: string, email: string): Promise<number | undefined> {
  const askedAt = await subscribe(site, email)
  const arrival = () => bench.arrived().find(({ to }) => to === email)
  await until(() => arrival() !== undefined, 2 * WITHIN_MS)
  const came = arrival()
  return came && came.at - askedAt
}

const tryLanes = (profile: Profile, ready: number, query?: string): Promise<Verdict> =>
  withBench(
    { emails: 0, connections: 4, query, sink: { mailsPerSecond: PER_SECOND }, settings: COMPOSING },
    async (bench) => {
      await prepareServices(bench)
      await addBulkMails(bench.db, mixedAddresses(ready, 7))
      const port = await freePort()
      const site = `http://127.0.0.1:${port}`
      const settings = { PORT: String(port), BASE_URL: site }
      await startServices(bench, 1, { roles: 'web,schedule,worker', settings })
      await until(() => bench.arrived().length > PER_SECOND, 30_000)
      const times: (number | undefined)[] = []
      for (let n = 0; n < CONFIRMATIONS[profile]; n++)
        times.push(await confirmationTime(bench, site, `waits${n}@reader${n}.example`))
      const slowest = Math.max(...times.map((ms) => ms ?? Number.POSITIVE_INFINITY))
      const digests = bench.arrived().length - times.length
      return {
        ok: slowest <= WITHIN_MS && digests > 0,
        n: `${ready} digests ready, ${times.length} confirmations${query ? `, ${query}` : ''}`,
        result: `the slowest arrived after ${slowest} ms (≤ ${WITHIN_MS}), ${digests} digests were sent meanwhile`,
      }
    },
  )

export const lanes: BatteryCase = {
  name: 'full-bulk-lane',
  fault: `100,000 digests ready, and an SMTP server that takes ${PER_SECOND} emails a second`,
  invariant: 'a confirmation is accepted within ten seconds',
  run: (profile) => tryLanes(profile, 100_000),
}

export const lanesWithRate: BatteryCase = {
  name: 'full-bulk-lane-with-rate',
  fault: `100,000 digests ready, sent at our own rate of ${PER_SECOND} a second`,
  invariant: 'a confirmation is accepted within ten seconds',
  run: (profile) => tryLanes(profile, profile === 'ci' ? 10_000 : 100_000, `rate=${PER_SECOND}`),
}
