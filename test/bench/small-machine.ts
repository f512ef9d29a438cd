// A lab's small machine, and whether it is enough: npm run bench -- small-machine [--megabytes 512] [--papers 10000] [--json]
// A control group with that much memory holds the service with all roles, its embedded Postgres and the operator's
// commands. 300 subscribers in eight time zones live through a week, which one process does in minutes: its clock is
// moved every three hours. With real sign-ups, searches, share images, digests and bounces. Prints the peaks.
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { monotonicMs } from '../../src/core/clock.ts'
import { addDays } from '../../src/core/dates.ts'
import { errorText } from '../../src/core/errors.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { type MemoryCgroup, noMemoryCgroup, openMemoryCgroup } from '../support/memory-cgroup.ts'
import { peakMegabytes } from './processor-time.ts'
import { type Lab, openLab } from './small-machine/lab.ts'
import { type Peaks, watchMemory } from './small-machine/watch-memory.ts'
import { emptyWeek, liveThroughWeek, type Week } from './small-machine/week.ts'

const MB = 1024 * 1024
const MONDAY = '2026-11-16'
const DAYS = Array.from({ length: 7 }, (_, i) => addDays(MONDAY, i))
/** Late on the day before. */
const BEGIN = new Date(`${addDays(MONDAY, -1)}T23:00:00Z`)

interface Figures {
  megabytes: number
  papers: number
  cgroupVersion: number
  seconds: number
  week: Week
  /** Why it did not live through the week. */
  failure?: string
  peaks: Peaks
  /** At the moment when all together had most, without the page cache. */
  atPeak: Peaks
  /** With the page cache. */
  peakBytes: number
  kills: number
  servicePeakMegabytes: number
}

export async function benchSmallMachine(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      megabytes: { type: 'string', default: '512' },
      papers: { type: 'string', default: '10000' },
      json: { type: 'boolean' },
    },
  })
  const reason = noMemoryCgroup()
  if (reason) return { json: { skipped: reason }, text: `skipped: ${reason}` }
  const megabytes = Number(values.megabytes)
  const cgroup = openMemoryCgroup('small', megabytes * MB)
  const folder = mkdtempSync(join(tmpdir(), 'bench-small-'))
  chmodSync(folder, 0o755) // as root, Postgres runs as another user
  try {
    const json = await measure({ folder, cgroup, megabytes, papers: Number(values.papers) })
    return { json, text: textOf(json) }
  } finally {
    await cgroup.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Options {
  folder: string
  cgroup: MemoryCgroup
  megabytes: number
  papers: number
}

async function measure({ folder, cgroup, megabytes, papers }: Options): Promise<Figures> {
  const lab = await openLab({ folder, papers, days: DAYS, begin: BEGIN, cgroup })
  const watched = watchMemory(cgroup, lab.service.pid!)
  const began = monotonicMs()
  try {
    const week = emptyWeek()
    const failure = await Promise.race([liveThroughWeek(lab, DAYS, week), endOf(lab)]).then(
      () => undefined,
      errorText,
    )
    const { bytes, kills } = cgroup.peak()
    return {
      megabytes,
      papers,
      cgroupVersion: cgroup.version,
      week,
      failure,
      kills,
      peakBytes: bytes,
      peaks: watched.peaks,
      atPeak: watched.atPeak(),
      servicePeakMegabytes: peakMegabytes(lab.service.pid!),
      seconds: (monotonicMs() - began) / 1000,
    }
  } finally {
    watched.stop()
    await lab.stop()
  }
}

async function endOf({ service }: Lab): Promise<never> {
  const [code, signal] = await once(service, 'exit')
  throw new Error(`the service ended with ${signal ?? code}`)
}

const PARTS: [name: string, part: keyof Peaks][] = [
  ['all', 'used'],
  ['the service: its own', 'serviceOwn'],
  ['programs that it starts', 'children'],
  ['Postgres: of its processes', 'postgresOwn'],
  ['Postgres: shared', 'postgresShared'],
  ["the operator's commands", 'commands'],
]

function textOf(figures: Figures): string {
  const { week, peaks } = figures
  const mb = (bytes: number) => (bytes / MB).toFixed(0)
  const columns = [
    'due',
    'nothingMatched',
    'planned',
    'accepted',
    'refused',
    'skipped',
    'uncertain',
    'missed',
    'open',
  ] as const
  return [
    `${figures.megabytes} MB, ${figures.papers} papers, 300 subscribers, a week in ${figures.seconds.toFixed(0)} s (control groups, version ${figures.cgroupVersion})`,
    table(
      ['date', ...columns],
      week.days.map((day) => [day.date, ...columns.map((name) => day[name])]),
    ),
    `${week.digests} digests, ${week.twice} of them twice, ${week.signups.confirmed} of ${week.signups.all} sign-ups confirmed, ${week.searches.fine} of ${week.searches.all} searches and ${week.pages.fine} of ${week.pages.all} pages answered, ${week.reports} returned emails taken, ${week.suppressed} addresses suppressed.`,
    `All together at most, with page cache: ${mb(figures.peakBytes)} MB. The service's process at most: ${figures.servicePeakMegabytes.toFixed(0)} MB resident.`,
    table(
      ['without page cache', 'peak MB', 'MB when all had most'],
      PARTS.map(([name, part]) => [name, mb(peaks[part]), mb(figures.atPeak[part])]),
    ),
    figures.failure ? `Ended after ${week.until}: ${figures.failure}` : 'It lived through the week.',
    `Ended by the kernel for lack of memory: ${figures.kills}.`,
  ].join('\n')
}
