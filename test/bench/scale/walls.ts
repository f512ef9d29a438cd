import type { Figures } from './report.ts'

const HOUR = 3600
const SECOND_US = 1e6
/** Of a server that one can rent. */
const POSTGRES_CORES = 8
const NETWORK_BYTES = 125e6 // 1 Gbit/s
const DISK_BYTES = 1e12
const KEEP_DAYS = 90
const MAX_CONNECTIONS = 200
/** Of a process with one role: 10 for its work, 3 for the queue, 2 for searches, 1 for its lock. */
const MAX_CONNECTIONS_EACH = 16
const PAGES_EACH = 2
const RELAY_SECONDS = 0.1

/**
 * Where each part is full, as a table: what is full, how many people it takes who get an email within the same hour (or
 * on the same day), and the sum, from figures of one run.
 */
export function wallRows({ rows, plan, pages, prune, storedBytes, emailBytes }: Figures): string[][] {
  const best = rows.toSorted((one, other) => other.perSecond - one.perSecond)[0]!
  const number = (value: number) =>
    Number(value.toPrecision(2)).toLocaleString('en', { maximumFractionDigits: 0 })
  const exact = (value: number) => Math.round(value).toLocaleString('en')
  const server = best.serverCpu + plan.serverCpu
  const wal = best.wal + plan.wal
  const each = best.workerCpu + best.serverCpu + best.relayCpu
  const processes = Math.floor(MAX_CONNECTIONS / MAX_CONNECTIONS_EACH)
  return [
    ['what is full', 'emails', 'sum', 'how'],
    [
      'this machine',
      `${number(best.perSecond * HOUR)} an hour`,
      `${exact(best.perSecond)} a second × 3,600 s`,
      'run',
    ],
    [
      'two such cores with nothing else to do',
      `${number(((2 * SECOND_US) / each) * HOUR)} an hour`,
      `2 × 1,000,000 ÷ (${exact(best.workerCpu)} + ${exact(best.serverCpu)} + ${exact(best.relayCpu)} µs) × 3,600 s`,
      'calculated',
    ],
    [
      'the core of one worker',
      `${number((SECOND_US / best.workerCpu) * HOUR)} an hour`,
      `1,000,000 ÷ ${exact(best.workerCpu)} µs × 3,600 s`,
      'calculated',
    ],
    [
      'four workers, a core each',
      `${number(((4 * SECOND_US) / best.workerCpu) * HOUR)} an hour`,
      `4 × the row above; Postgres then uses ${((4 * best.serverCpu) / best.workerCpu).toFixed(1)} cores for it`,
      'calculated',
    ],
    [
      `Postgres with ${POSTGRES_CORES} cores`,
      `${number(((POSTGRES_CORES * SECOND_US) / server) * HOUR)} an hour`,
      `${POSTGRES_CORES} × 1,000,000 ÷ (${exact(best.serverCpu)} µs sending + ${exact(plan.serverCpu)} µs planning) × 3,600 s`,
      'calculated',
    ],
    [
      'a standby on 1 Gbit/s',
      `${number((NETWORK_BYTES / wal) * HOUR)} an hour`,
      `125,000,000 ÷ (${exact(best.wal)} + ${exact(plan.wal)} bytes of WAL) × 3,600 s`,
      'calculated',
    ],
    [
      'an hour of pruning, one core of Postgres',
      `${number((HOUR * SECOND_US) / prune.serverCpu)} a day`,
      `3,600 s ÷ ${exact(prune.serverCpu)} µs`,
      'calculated',
    ],
    [
      '1 TB of disk',
      `${number(DISK_BYTES / (KEEP_DAYS * storedBytes))} a day`,
      `10¹² ÷ (${KEEP_DAYS} days × ${exact(storedBytes)} bytes)`,
      'calculated',
    ],
    [
      `${MAX_CONNECTIONS} connections to Postgres`,
      `${processes} processes`,
      `${MAX_CONNECTIONS} ÷ ${MAX_CONNECTIONS_EACH} for each process`,
      'calculated',
    ],
    [
      'pages, one core of Postgres',
      `${number(((SECOND_US / pages.serverCpu) * HOUR) / PAGES_EACH)} an hour`,
      `1,000,000 ÷ ${exact(pages.serverCpu)} µs × 3,600 s ÷ ${PAGES_EACH} pages for each email`,
      'calculated',
    ],
    [
      '1 Gbit/s to the relay',
      `${number((NETWORK_BYTES / emailBytes) * HOUR)} an hour`,
      `125,000,000 ÷ ${exact(emailBytes)} bytes × 3,600 s; over ${exact((NETWORK_BYTES / emailBytes) * RELAY_SECONDS)} connections of 100 ms`,
      'calculated',
    ],
  ]
}
