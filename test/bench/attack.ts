// What other visitors notice while the site is attacked: npm run bench -- attack [--papers 2000] [--seconds 30] [--json]
// The real service with an SMTP server, behind a proxy on this machine, which names each client's network. Others read the
// newest papers, search and sign up, each from a network of their own: first in quiet, then under all attacks at once.
//   libraries     six expensive uploads at a time, each repeated from another network once it has its reply
//   idle bodies   300 sign-ups from 30 networks that send their headers and no body, each repeated once it ends
//   one link      250 presses of one subscriber's "More like this" at a time
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { freePort, startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { table } from '../../src/operator/operations/text-table.ts'
import { signLink } from '../../src/subscribers/links.ts'
import { topicPath } from '../../src/subscribers/page-links.ts'
import { runCliProcess, startProgram } from '../support/processes.ts'
import { startSmtpSink } from '../support/smtp-sink.ts'
import { eventually } from '../support/until.ts'
import { type Attack, idleBodies, libraries, presses } from './attack/attacks.ts'
import { type Noticed, noticedByOthers } from './attack/others.ts'
import { manyPapers } from './many-papers.ts'
import { quantile } from './median.ts'
import { fill } from './search.ts'

const LAST_DAY = '2026-11-24'
const PER_DAY = 60
const SECRET = 'a secret of 32 bytes for the bench of attacks'
const SUBSCRIBER = 'ann@subscriber.example'
const START_SECONDS = 60
const MAX_STOP_MS = 10_000

interface Figures {
  papers: number
  quiet: Noticed
  attacked: Noticed
  attacks: { name: string; replies: Record<string, number> }[]
}

export async function benchAttack(args: string[]): Promise<{ json: unknown; text: string }> {
  const { values } = parseArgs({
    args,
    options: {
      papers: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '30' },
      json: { type: 'boolean' },
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'bench-attack-'))
  const postgres = await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const sink = await startSmtpSink()
  try {
    await fill(postgres.url, manyPapers({ count: Number(values.papers), perDay: PER_DAY, lastDay: LAST_DAY }))
    const settings = {
      ...{ DATABASE_URL: postgres.url, DATA_DIR: folder, APP_SECRET: SECRET },
      ...{ SMTP_URL: `smtp://127.0.0.1:${sink.port}`, HF_URL: 'http://127.0.0.1:9' },
      ...{ CLOCK_NOW: `${LAST_DAY}T20:00:00Z`, TRUST_PROXY: '127.0.0.1', SIGNUP_PER_HOUR: '100000' },
    }
    const path = await subscribe(settings)
    const measured = await measure(settings, path, Number(values.seconds) * 1000)
    const json = { papers: Number(values.papers), ...measured }
    return { json, text: textOf(json) }
  } finally {
    await sink.close()
    await postgres.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Adds a subscriber; the path of one paper's buttons in their emails. */
async function subscribe(settings: Record<string, string>): Promise<string> {
  const added = await runCliProcess(
    ['subscribers', 'add', SUBSCRIBER, '--topic', 'model', '--consent', 'for the bench'],
    settings,
  )
  if (added.code !== 0) throw new Error(added.stderr)
  const client = new pg.Client({ connectionString: settings.DATABASE_URL })
  await client.connect()
  const { rows } = await client.query(
    `select s.id, s.epoch, t.id as topic, (select max(id) from paper) as paper
      from subscriber s join topic t on t.subscriber_id = s.id where s.address = $1`,
    [SUBSCRIBER],
  )
  await client.end()
  const { id, epoch, topic, paper } = rows[0]
  const issuedAt = new Date(settings.CLOCK_NOW!)
  const token = signLink({ purpose: 'manage', id, epoch, issuedAt }, SECRET)
  return topicPath({ token, id: topic, paper: String(paper) })
}

async function measure(settings: Record<string, string>, path: string, ms: number) {
  const port = await freePort()
  const service = startProgram(['src/main.ts'], { ...settings, PORT: String(port) })
  try {
    await eventually(() => isReady(port), { seconds: START_SECONDS })
    // The archive is read, and code is compiled.
    await noticedByOthers(port, ms / 6)
    const quiet = await noticedByOthers(port, ms)
    const attacks: Attack[] = [libraries(port), idleBodies(port), presses(port, path)]
    const attacked = await noticedByOthers(port, ms)
    for (const { stop } of attacks) stop()
    return { quiet, attacked, attacks: attacks.map(({ name, replies }) => ({ name, replies })) }
  } finally {
    const killer = setTimeout(() => service.kill('SIGKILL'), MAX_STOP_MS)
    service.once('exit', () => clearTimeout(killer)).kill('SIGTERM')
  }
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/ready`).then(
    ({ ok }) => ok,
    () => false,
  )

function textOf({ papers, quiet, attacked, attacks }: Figures): string {
  const rows = Object.keys(quiet).flatMap((request) =>
    Object.entries({ quiet, attacked }).map(([when, noticed]) => {
      const { ms, succeeded } = noticed[request]!
      const at = (share: number) => Math.round(quantile(ms, share))
      return [request, when, ms.length, `${succeeded} of ${ms.length}`, at(0.5), at(0.95), at(1)]
    }),
  )
  return [
    `${papers} papers; ${cpus().length} processors, shared by the service, Postgres, the attackers and the others`,
    table(['others', '', 'requests', 'succeeded', 'p50 ms', 'p95 ms', 'max ms'], rows),
    ...attacks.map(({ name, replies }) => {
      const counts = Object.entries(replies).map(([reply, count]) => `${reply}: ${count}`)
      return `${name}: ${counts.join(', ') || 'no reply'}`
    }),
  ].join('\n')
}
