import type { Database } from '../../../src/core/database/database.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { addBulkMails, COMPOSING, mixedAddresses } from '../bench/bulk-emails.ts'
import { type Bench, compare, exitOf, inWords, withBench } from '../bench/delivery-bench.ts'

const CONNECTIONS = 4
const MAILS: Record<Profile, number> = { ci: 240, nightly: 4000 }
const SLOW_MS = 250
const QUICK_MS = 20

const isBig = ({ to }: { to: string }): boolean => to.endsWith('@big.example')

interface Measured {
  /** When the last email of the small domains had come, counted from the first of all. */
  smallMs: number
  allMs: number
  arrivals: string
  wrong: number
}

/** A run in which seven of ten emails go to a domain that takes twelve times as long as the others. */
async function measure(mails: number, before: (db: Database) => Promise<unknown>): Promise<Measured> {
  const sink = {
    rules: [{ step: 'dot' as const, domain: 'big.example', does: `after ${SLOW_MS}: 250 2.0.0 accepted` }],
    delayMs: QUICK_MS,
  }
  const options = { mails: 0, connections: CONNECTIONS, sink, settings: COMPOSING }
  return withBench(options, async (bench: Bench) => {
    await addBulkMails(bench.db, mixedAddresses(mails, 7))
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

/** Wrong on purpose: one batch holds whoever comes, so that every connection waits for the slowest domain. */
const mixDomains = (db: Database) =>
  db.$transaction([
    db.$executeRaw`update message set batch_id = (select min(id) from batch)`,
    db.$executeRaw`update batch set domain = null`,
  ])

const share = ({ smallMs, allMs }: Measured): number => smallMs / allMs
const inFigures = (measured: Measured): string =>
  `the other 30 % were out after ${measured.smallMs} of ${measured.allMs} ms (${Math.round(share(measured) * 100)} %); ${measured.arrivals}`

/** With half of the connections, the others' share takes a small part of the run. */
const MAX_SHARE = 0.5

const bigDomain: BatteryCase = {
  name: 'slow-big-domain',
  fault: '70 % of the email to one domain, twelve times as slow as the rest',
  invariant: 'the rest is out in half of the run’s time or less; lost 0, doubled 0',
  run: async (profile) => {
    const measured = await measure(MAILS[profile], async () => {})
    return {
      ok: measured.wrong === 0 && share(measured) <= MAX_SHARE,
      n: `${MAILS[profile]} emails, ${CONNECTIONS} connections`,
      result: inFigures(measured),
    }
  },
}

const wrongMixed: BatteryCase = {
  name: 'slow-big-domain-wrong-mixed-batches',
  fault: 'wrong on purpose: batches of several domains',
  invariant: 'the battery must see that the rest waits',
  run: async () => {
    const measured = await measure(MAILS.ci, mixDomains)
    const caught = share(measured) > MAX_SHARE
    return {
      ok: caught,
      n: `${MAILS.ci} emails`,
      result: `${caught ? 'caught' : 'NOT CAUGHT'}: ${inFigures(measured)}`,
    }
  },
}

export const bigDomainCases: BatteryCase[] = [bigDomain, wrongMixed]
