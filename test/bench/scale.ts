// How far the service scales on one machine, and which part is in the way:
//   npm run bench -- scale [--subscribers 120000] [--seconds 5] [--workers 1,2,4,8] [--connections 10,50,100] [--record] [--json]
// Postgres with its default durability, two web processes, the workers and an SMTP server that takes 100 ms for each email
// run in network namespaces of their own, on one bridge. All rows send digests of the same planned day. A few pages a
// second are read meanwhile. Then, on the same machines: what the SMTP server takes from a bare client, pages as fast as
// they are read, and the nightly prune of that day. --record writes the tables and the picture into docs/.
import { parseArgs } from 'node:util'
import { monotonicMs } from '../../src/core/clock.ts'
import { addDays } from '../../src/core/dates.ts'
import { noNamespaces } from '../support/network-namespaces.ts'
import { runCliProcess } from '../support/processes.ts'
import { processSeconds, serverSeconds } from './processor-time.ts'
import { type Machines, openMachines, type Running, WEB_PORT } from './scale/machines.ts'
import { recordScale } from './scale/record.ts'
import { type Figures, textOf } from './scale/report.ts'
import { measureRow, type Row, type Scene } from './scale/row.ts'
import { readPages, startVisitors } from './scale/visitors.ts'
import { type PlannedWorld, planWorld } from './send/planned-world.ts'
import { queryServer } from './send/run-measured.ts'
import { installed } from './send/sink-process.ts'

const RELAY_MS = 100
const SITES = 2
const PAGES_A_SECOND = 5
const READERS = { connections: 8, maxMs: 5000 }
/** Of smtp-source: more than any row has. */
const BARE = { connections: 500, emails: 10_000 }
const KEPT_DAYS = 91
/** So that pages, the feed and searches have papers to show. */
const EARLIER_PAPERS = 2000

export async function benchScale(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: 'string', default: '120000' },
      seconds: { type: 'string', default: '5' },
      workers: { type: 'string', default: '1,2,4,8' },
      connections: { type: 'string', default: '10,50,100' },
      record: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
  const reason = noNamespaces()
  if (reason) return { json: { skipped: reason }, text: `skipped: ${reason}` }
  const world = await planWorld({ subscribers: Number(values.subscribers), earlier: EARLIER_PAPERS })
  try {
    const machines = openMachines(world.folder)
    try {
      const counts = [values.workers, values.connections].map((list) => list.split(',').map(Number))
      const [workers = [], connections = []] = counts
      const windowMs = Number(values.seconds) * 1000
      const figures = await measure(world, machines, { workers, connections, windowMs })
      if (values.record) recordScale(figures)
      return { json: figures, text: textOf(figures) }
    } finally {
      await machines.remove()
    }
  } finally {
    await world.close()
  }
}

interface Options {
  workers: readonly number[]
  connections: readonly number[]
  windowMs: number
}

async function measure(world: PlannedWorld, machines: Machines, options: Options): Promise<Figures> {
  const url = await machines.startDatabase(world.postgres)
  const relay = await machines.startRelay(RELAY_MS)
  const settings = { DATABASE_URL: url, CLOCK_NOW: world.now }
  const names = Array.from({ length: SITES }, (_, i) => `web-${i + 1}`)
  const sites = await Promise.all(names.map((name) => machines.startService(name, 'web', settings)))
  const paths = await pagesOf(world, url)
  const visitors = startVisitors(sites.map(addressOf), paths, PAGES_A_SECOND)
  const scene: Scene = {
    machines,
    url,
    relay,
    sites,
    visitors,
    database: world.postgres.folder,
    now: world.now,
    windowMs: options.windowMs,
  }
  try {
    const rows: Row[] = []
    for (const workers of options.workers) {
      for (const connections of options.connections)
        rows.push(await measureRow(scene, { workers, connections }))
    }
    await visitors.stop()
    const { emails, bytes } = relay.counts()
    const emailBytes = bytes / emails
    return {
      rows,
      emailBytes,
      plan: world.plan,
      bare: await bareClient(scene, emailBytes),
      pages: await pages(scene, paths),
      ...(await storage(url)),
      prune: await pruned(scene, world),
    }
  } finally {
    await visitors.stop()
    await Promise.all([...sites, relay].map(({ stop }) => stop()))
  }
}

const addressOf = ({ address }: Running): string => `http://${address}:${WEB_PORT}`

/** The newest day, a paper, a feed, a day and a search. */
async function pagesOf({ day }: PlannedWorld, url: string): Promise<string[]> {
  const rows = await queryServer<{ value: string }>(
    url,
    `select value from paper_key where scheme = 'arxiv' order by paper_id desc limit 20`,
  )
  return [
    '/',
    ...rows.map(({ value }) => `/papers/${value}`),
    '/feed.xml',
    `/papers/date/${day}`,
    '/papers?q=diffusion',
  ]
}

/** What the relay takes from Postfix's load generator, which does nothing else. */
async function bareClient({ machines, relay }: Scene, bytes: number): Promise<Figures['bare']> {
  const program = installed('smtp-source')
  if (!program) return undefined
  const { connections, emails } = BARE
  const [began, cpu] = [monotonicMs(), processSeconds(relay.pid)]
  const load = ['-d', '-s', String(connections), '-m', String(emails), '-l', String(Math.round(bytes))]
  await machines.run([program, ...load, `${relay.address}:${relay.port}`])
  const seconds = (monotonicMs() - began) / 1000
  return {
    connections,
    perSecond: emails / seconds,
    relayCpu: ((processSeconds(relay.pid) - cpu) * 1e6) / emails,
  }
}

async function pages({ sites, database }: Scene, paths: readonly string[]): Promise<Figures['pages']> {
  const used = () => ({
    web: sites.reduce((sum, { pid }) => sum + processSeconds(pid), 0),
    server: serverSeconds(database),
  })
  const before = used()
  const requests = await readPages(sites.map(addressOf), paths, READERS)
  const after = used()
  const micros = (part: 'web' | 'server') => ((after[part] - before[part]) * 1e6) / requests
  return { perSecond: (requests * 1000) / READERS.maxMs, webCpu: micros('web'), serverCpu: micros('server') }
}

/** Bytes that a planned and sent email leaves in the database. */
async function storage(url: string): Promise<Pick<Figures, 'storedBytes'>> {
  const [row] = await queryServer<{ bytes: string }>(url, STORED)
  return { storedBytes: Number(row!.bytes) }
}

const STORED = `
  select (pg_database_size(current_database()) - pg_database_size('unplanned'))::float8 / (select count(*) from message) as bytes`

/** The service's own prune, when the day is older than KEEP_DAYS. */
async function pruned({ url, database }: Scene, { day }: PlannedWorld): Promise<Figures['prune']> {
  const state = async () => {
    const [row] = await queryServer<{ wal: string; messages: string }>(
      url,
      `select pg_current_wal_lsn() - '0/0' as wal, (select count(*) from message) as messages`,
    )
    return {
      at: monotonicMs(),
      cpu: serverSeconds(database),
      wal: Number(row!.wal),
      messages: Number(row!.messages),
    }
  }
  const before = await state()
  const clock = { CLOCK_NOW: `${addDays(day, KEPT_DAYS)}T12:00:00Z` }
  const { code, stderr } = await runCliProcess(['prune', '--json'], { DATABASE_URL: url, ...clock })
  if (code !== 0) throw new Error(stderr)
  const after = await state()
  const messages = before.messages - after.messages
  const each = (total: number) => total / messages
  return {
    messages,
    micros: each((after.at - before.at) * 1000),
    serverCpu: each((after.cpu - before.cpu) * 1e6),
    wal: each(after.wal - before.wal),
  }
}
