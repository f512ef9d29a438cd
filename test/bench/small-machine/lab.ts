import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort, startEmbeddedPostgres } from '../../../src/core/database/embedded-postgres.ts'
import { addDays, type Day } from '../../../src/core/dates.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue, type Queue } from '../../../src/core/queue.ts'
import type { Paper } from '../../../src/papers/paper.ts'
import { addSubscribers, monthSubscribers } from '../../battery/month/subscribers.ts'
import { startHuggingFaceServer } from '../../support/hugging-face-server.ts'
import type { MemoryCgroup } from '../../support/memory-cgroup.ts'
import { startSmtpSink } from '../../support/smtp-sink.ts'
import { eventually } from '../../support/until.ts'
import { manyPapers } from '../many-papers.ts'
import { fill } from '../search.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
/** As the image and the systemd unit run it. */
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning', '--max-semi-space-size=2']
const PAPERS_A_DAY = 30
const START = { seconds: 120 }
const LOG_TAIL = 3000
/** Mailboxes that do not exist any more. */
const DEAD = ['subscriber-14@month.example', 'subscriber-120@month.example', 'subscriber-221@month.example']
export const BOUNCE_DOMAIN = 'bounce.lab.example'

export interface Lab {
  url: string
  site: string
  lmtpPort: number
  sink: Awaited<ReturnType<typeof startSmtpSink>>
  service: ChildProcess
  /** As the schedule of another process has it. */
  queue: Queue
  /** The service's clock shows this instant from now on, and goes on from there. */
  moveTo(instant: Date): void
  /** A command of the operator on the same machine; resolves to what it printed. */
  command(args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

interface Options {
  folder: string
  papers: number
  days: readonly Day[]
  begin: Date
  cgroup: MemoryCgroup
}

/**
 * A lab's machine: the service with all roles and its embedded Postgres, in the control group. People and the archive
 * were there before. The mail server and the source of papers are other machines.
 */
export async function openLab({ folder, papers, days, begin, cgroup }: Options): Promise<Lab> {
  const data = join(folder, 'data')
  const all = manyPapers({
    count: papers + days.length * PAPERS_A_DAY,
    perDay: PAPERS_A_DAY,
    lastDay: days.at(-1)!,
  })
  await prepareDatabase(data, all.slice(0, papers), addDays(days[0]!, -1))
  const byDay = Map.groupBy(all.slice(papers), ({ firstDay }) => firstDay)
  const source = await startHuggingFaceServer({ folder: (day) => (byDay.get(day) ?? []).map(toEntry) })
  const sink = await startSmtpSink({
    at: { rcpt: (to) => (DEAD.includes(to) ? '550 5.1.1 no such user' : undefined) },
  })
  const offsetFile = join(folder, 'clock-offset')
  const moveTo = (instant: Date) => writeFileSync(offsetFile, String(instant.getTime() - Date.now()))
  moveTo(begin)
  const [port, lmtpPort] = [await freePort(), await freePort()]
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    NODE_OPTIONS: `--import=${new URL('move-clock.mjs', import.meta.url).href}`,
    CLOCK_OFFSET_FILE: offsetFile,
    DATA_DIR: data,
    PORT: String(port),
    HF_URL: source.url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    BOUNCE_DOMAIN,
    BOUNCE_LMTP: `127.0.0.1:${lmtpPort}`,
    TRUST_PROXY: '127.0.0.1',
  }
  const log = join(folder, 'service.log')
  const output = openSync(log, 'w')
  const run = (args: readonly string[], stdout: number | 'pipe') => {
    const [program, ...rest] = cgroup.command([...NODE, ...args])
    return spawn(program!, rest, { cwd: ROOT, env, stdio: ['ignore', stdout, output] })
  }
  const service = run(['src/main.ts'], output)
  await eventually(
    () => readFileSync(log, 'utf8').includes('service.started') || service.exitCode !== null,
    START,
  )
  if (service.exitCode !== null) throw new Error(readFileSync(log, 'utf8').slice(-LOG_TAIL))
  const { url, destroy } = await startEmbeddedPostgres(join(data, 'postgres'))
  const queue = await openQueue(url, silentLog)
  return {
    queue,
    url,
    moveTo,
    lmtpPort,
    sink,
    service,
    site: `http://127.0.0.1:${port}`,
    command: async (args) => outputOf(run(['src/cli.ts', ...args], 'pipe'), args),
    stop: async () => {
      await queue.stop()
      if (service.exitCode === null && service.signalCode === null) {
        const exit = once(service, 'exit')
        service.kill()
        await exit
      }
      await destroy()
      await Promise.all([sink.close(), source.close()])
    },
  }
}

/** Outside of the control group: the server that the service starts begins with an empty memory. */
async function prepareDatabase(data: string, papers: readonly Paper[], day: Day): Promise<void> {
  const postgres = await startEmbeddedPostgres(join(data, 'postgres'))
  await fill(postgres.url, papers)
  await addSubscribers(
    { DATABASE_URL: postgres.url, LOG_LEVEL: 'silent' },
    monthSubscribers(),
    new Date(`${day}T12:00:00Z`),
  )
  await postgres.stop()
}

async function outputOf(child: ChildProcess, args: readonly string[]): Promise<string> {
  let text = ''
  child.stdout!.on('data', (piece) => {
    text += piece
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
  return text
}

/** As the API of Hugging Face lists a paper. */
const toEntry = ({ arxivId, title, abstract, authors, votes, keywords, firstDay }: Paper) => ({
  title,
  paper: {
    id: arxivId,
    title,
    summary: abstract,
    authors: authors.map((name) => ({ name })),
    upvotes: votes ?? 0,
    ai_keywords: keywords,
    publishedAt: `${firstDay}T03:00:00.000Z`,
  },
})
