import type { Database } from '../../../src/core/database/database.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { type Bench, compare, exitOf, inWords, withBench } from '../bench/delivery-bench.ts'

const CONNECTIONS = 4
const EMAILS: Record<Profile, number> = { ci: 240, nightly: 4000 }
const SLOW_MS = 250
const QUICK_MS = 20

const isBig = ({ to }: { to: string }): boolean => to.endsWith('@big.example')

interface Measured {
  /** When the last email of the small domains arrived, since the first of all. */
  smallMs: number
  allMs: number
  arrivals: string
  wrong: number
}

/** A run in which seven of ten emails go to a domain that takes twelve times as long as the others. */
async function measure(emails: number, before: (db: Database) => Promise<unknown>): Promise<Measured> {
  const sink = {
    rules: [{ step: 'dot' as const, domain: 'big.example', does: `after ${SLOW_MS}: 250 2.0.0 accepted` }],
    delayMs: QUICK_MS,
  }
  const options = { emails: 0, connections: CONNECTIONS, sink, settings: COMPOSING }
  return withBench(options, async (bench: Bench) => {
    await addBulkMails(bench.db, mixedAddresses(emails, 7))
    await before(bench.db)
    await exitOf(await bench.startWorker())
    const arrived = bench.arrived()
    const result = await compare(bench.db, arrived)
    const first = arrived[0]!.at
    const small = arrived.filter((one) => !isBig(one))
    return {
      smallMs: small.at(-1)!.at - first,
      allMs: arrived.at(-1)!.at - first,
      arrivals: inWords(result),
      wrong: result.lost + result.doubles + result.misrecorded,
    }
  })
}

/** Wrong: a batch contains all domains, so that every connection waits for the slowest one. */
const mixDomains = (db: Database) =>
  db.$transaction([
    db.$executeRaw`update message set batch_id = (select min(id) from batch)`,
    db.$executeRaw`update batch set domain = null`,
  ])

const share = ({ smallMs, allMs }: Measured): number => smallMs / allMs
const inFigures = (measured: Measured): string =>
  `the other 30 % arrived within ${measured.smallMs} of ${measured.allMs} ms (${Math.round(share(measured) * 100)} %); ${measured.arrivals}`

/** With half of the connections, the other domains take a small part of the run. */
const MAX_SHARE = 0.5

const bigDomain: BatteryCase = {
  name: 'slow-big-domain',
  fault: '70 % of the emails are for one domain, which takes twelve times as long as the others',
  invariant: 'the other 30 % arrive in at most half of the run’s time; lost 0, duplicates 0',
  run: async (profile) => {
    const measured = await measure(EMAILS[profile], async () => {})
    return {
      ok: measured.wrong === 0 && share(measured) <= MAX_SHARE,
      n: `${EMAILS[profile]} emails, ${CONNECTIONS} connections`,
      result: inFigures(measured),
    }
  },
}

const wrongMixed: BatteryCase = {
  name: 'slow-big-domain-wrong-mixed-batches',
  fault: 'a slow domain with 70 % of the emails, and batches of several domains',
  invariant: 'must be caught: the other domains wait for the slow one',
  run: async () => {
    const measured = await measure(EMAILS.ci, mixDomains)
    const caught = share(measured) > MAX_SHARE
    return {
      ok: caught,
      n: `${EMAILS.ci} emails`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inFigures(measured)}`,
    }
  },
}

export const bigDomainCases: BatteryCase[] = [bigDomain, wrongMixed]
