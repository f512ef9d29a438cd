import { cpus } from 'node:os'
import { table } from '../../../src/operator/operations/text-table.ts'
import type { Measured } from '../send/run-measured.ts'
import type { Row } from './row.ts'

export interface Figures {
  rows: Row[]
  /** Of an email, in the mean. */
  emailBytes: number
  /** In the database, for each email. */
  storedBytes: number
  plan: Measured
  /** Undefined without smtp-source. */
  bare?: { connections: number; perSecond: number; relayCpu: number }
  /** Microseconds of processor time for a page. */
  pages: { perSecond: number; webCpu: number; serverCpu: number }
  /** For each message: microseconds, of which processor time of Postgres, and bytes of WAL. */
  prune: { messages: number; micros: number; serverCpu: number; wal: number }
}

export const HEADINGS = [
  'workers',
  'SMTP connections each',
  'emails/s',
  'relay allows',
  'worker CPU',
  'Postgres CPU',
  'relay CPU',
  'WAL bytes',
  'commits',
  'Postgres connections',
  'page p95 ms',
  'cores in use',
  'of them others',
]

const RELAY_SECONDS = 0.1

/** Emails a second, if each connection waits for nothing but the relay. */
export const relayAllows = ({ workers, connections }: Pick<Row, 'workers' | 'connections'>): number =>
  (workers * connections) / RELAY_SECONDS

export function cellsOf(row: Row): string[] {
  const cores = (share: number) => (share * cpus().length).toFixed(1)
  return [
    String(row.workers),
    String(row.connections),
    row.perSecond.toFixed(0),
    relayAllows(row).toFixed(0),
    row.workerCpu.toFixed(0),
    row.serverCpu.toFixed(0),
    row.relayCpu.toFixed(0),
    row.wal.toFixed(0),
    row.commits.toFixed(2),
    String(row.sessions),
    row.visits.p95.toFixed(0),
    cores(row.busy),
    cores(row.others),
  ]
}

export function textOf(figures: Figures): string {
  const { rows, bare, pages, plan, prune } = figures
  const failed = rows.reduce((sum, { visits }) => sum + visits.failed, 0)
  return [
    `${cpus().length} processors; CPU in microseconds per email`,
    table(HEADINGS, rows.map(cellsOf)),
    `An email: ${figures.emailBytes.toFixed(0)} bytes to the relay, ${figures.storedBytes.toFixed(0)} bytes in the database.`,
    bare
      ? `smtp-source to the same relay, ${bare.connections} connections: ${bare.perSecond.toFixed(0)} emails/s, ${bare.relayCpu.toFixed(0)} µs of the relay each.`
      : 'smtp-source is not installed: the limit of the relay was not measured.',
    `Planning: ${plan.cpu.toFixed(0)} µs of the service and ${plan.serverCpu.toFixed(0)} µs of Postgres for each of ${plan.emails} emails, ${plan.wal.toFixed(0)} bytes of WAL.`,
    `Pages: ${pages.perSecond.toFixed(0)} a second; ${pages.webCpu.toFixed(0)} µs of the web processes and ${pages.serverCpu.toFixed(0)} µs of Postgres each. Failed requests while sending: ${failed}.`,
    `Prune: ${prune.micros.toFixed(0)} µs for each of ${prune.messages} messages, ${prune.serverCpu.toFixed(0)} µs of Postgres, ${prune.wal.toFixed(0)} bytes of WAL.`,
  ].join('\n')
}
