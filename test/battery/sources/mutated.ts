import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import { type Database, openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import type { SourceDayState } from '../../../src/sources/source-day-state.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'
import { startMutatedServer } from './mutated-server.ts'
import { type Recorded, recordedAnswers, type Trial, trialAt } from './mutated-trials.ts'
import type { Asked, Said } from './mutated-worker.ts'

export interface MutatedSeen {
  answers: number
  /** How often each way came about: "cut at any byte". */
  ways: Map<string, number>
  /** By state, and by the code of the fault. */
  outcomes: Map<string, number>
  crashes: string[]
  halfWritten: string[]
  withoutReason: string[]
  otherErrors: string[]
  /** Unreadable texts, or not as many papers as the worker reported. */
  wrong: string[]
  p99Ms: number
  /** In milliseconds, and which one. */
  slowest: string
  peakMb: number
  /** After which one the process was largest. */
  peakAt: string
}

/** Between two times that everything is forgotten. */
const FORGETS_EVERY = 400

/** Undefined if TEST_DATA has no recordings. */
export async function runMutated(answers: number, part?: WrongPart): Promise<MutatedSeen | undefined> {
  const recorded = recordedAnswers()
  if (!recorded) return undefined
  const server = await startMutatedServer()
  const postgres = await ownDatabase()
  const { db, close } = openDatabase(postgres.url, silentLog, { connections: 2 })
  const asker = openAsker(settingsOf(postgres.url, server.url), part)
  try {
    return await runTrials({ answers, recorded, db, server, asker })
  } finally {
    asker.stop()
    await server.close()
    await close()
    await postgres.destroy()
  }
}

export const settingsOf = (database: string, url: string): Record<string, string> => ({
  DATABASE_URL: database,
  ...{ HF_URL: url, BIORXIV_URL: url, ARXIV_API_URL: url, ARXIV_RSS_URL: url, ARXIV_OAI_URL: url },
})

interface Run {
  answers: number
  recorded: Recorded
  db: Database
  server: Awaited<ReturnType<typeof startMutatedServer>>
  asker: Asker
}

async function runTrials({ answers, recorded, db, server, asker }: Run): Promise<MutatedSeen> {
  const seen = nothingSeen(answers)
  const times: { ms: number; named: string }[] = []
  for (let n = 0; n < answers; n++) {
    if (n % FORGETS_EVERY === 0) await db.$executeRaw`truncate source_day, paper restart identity cascade`
    const trial = trialAt(n, recorded)
    count(seen.ways, wayOf(trial))
    server.play(trial.scripts)
    const begun = performance.now()
    const said = await asker.ask(trial)
    times.push({ ms: Math.round(performance.now() - begun), named: namedOf(trial) })
    look(seen, trial, said, await foundIn(db, trial))
  }
  times.sort((one, other) => one.ms - other.ms)
  const { ms, named } = times.at(-1)!
  const p99Ms = times[Math.floor(answers * 0.99)]!.ms
  return { ...seen, p99Ms, slowest: `${ms} ms, ${named}` }
}

const nothingSeen = (answers: number): MutatedSeen => ({
  ...{ answers, ways: new Map(), outcomes: new Map(), p99Ms: 0, slowest: '', peakMb: 0, peakAt: '' },
  ...{ crashes: [], halfWritten: [], withoutReason: [], otherErrors: [], wrong: [] },
})

interface Standing {
  state: SourceDayState
  reason: string | null
  papers: number
  lastFault: string | null
  fetches: number
  nextTry: Date | null
}

interface Found {
  row?: Standing
  listings: number
  unreadable: number
}

/** What the database holds of a day, whatever the worker says. */
async function foundIn(db: Database, { source, day }: Trial): Promise<Found> {
  const [row] = await db.$queryRaw<Standing[]>`
    select state, reason, papers + revised as papers, last_fault as "lastFault", fetches, next_try as "nextTry"
    from source_day where source = ${source} and day = ${day}::date`
  const [counts] = await db.$queryRaw<{ listings: number; unreadable: number }[]>`
    select count(*)::int as listings, (count(*) filter (
      where p.title !~ '[^[:space:]]' or p::text ~ '[\u0001-\u001f\u007f-\u009f]'))::int as unreadable
    from listing l join paper p on p.id = l.paper_id where l.source = ${source} and l.day = ${day}::date`
  return { row, ...counts! }
}

/** Whatever the endpoint and the page. */
const wayOf = ({ name }: Trial): string => name.replace(/^.*?, (?:[a-z]+ page: )?/, '')

const namedOf = ({ name, n }: Trial): string => `${name} (${n})`

function look(
  seen: MutatedSeen,
  trial: Trial,
  said: Said | undefined,
  { row, listings, unreadable }: Found,
): void {
  const named = namedOf(trial)
  count(seen.outcomes, said?.fault ?? row?.state ?? 'nothing')
  const { peakMb = 0 } = said ?? {}
  if (peakMb > seen.peakMb) Object.assign(seen, { peakMb, peakAt: named })
  if (!said) seen.crashes.push(named)
  else if (said.other) seen.otherErrors.push(`${named}: ${said.other.slice(0, 200)}`)
  else if (!row || !saysWhy(row)) seen.withoutReason.push(`${named}: ${JSON.stringify(row)}`)
  const isFault = said?.listed === undefined
  if (listings > 0 && (isFault || trial.mustFail)) seen.halfWritten.push(`${named}: ${listings} papers`)
  if (!isFault && said.listed !== listings)
    seen.wrong.push(`${named}: reports ${said.listed}, has ${listings}`)
  if (!isFault && trial.mustFail) seen.wrong.push(`${named}: taken for an answer`)
  if (said?.fault && trial.mayNotFail) seen.wrong.push(`${named}: ${said.fault} for what may be missing`)
  if (trial.mustHave && listings === 0) seen.wrong.push(`${named}: the papers of the feed are not there`)
  if (unreadable > 0) seen.wrong.push(`${named}: ${unreadable} papers with unreadable texts`)
}

const count = (counts: Map<string, number>, key: string): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1)

/** Papers, a fault or a reason; a day that is open without any was asked, and is asked again. */
function saysWhy({ state, reason, papers, lastFault, fetches, nextTry }: Standing): boolean {
  if (state === 'fresh') return papers > 0
  if (state === 'failed') return lastFault !== null
  if (state === 'quiet') return reason !== null
  return reason !== null || (fetches > 0 && nextTry !== null)
}

interface Asker {
  /** Undefined where the process ended over it. */
  ask(asked: Asked): Promise<Said | undefined>
  stop(): void
}

/** As on a small machine: without a limit Node.js takes what it finds before it looks for what is no longer used. */
export const HEAP_MB = 112
const SMALL = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=2']
/** glibc keeps the memory of large responses for later ones, unless this sets from which size it returns it. */
const GIVES_BACK = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' }
/** Node.js warns of itself where it follows a redirection more than ten times. */
const SILENT = ['ExperimentalWarning', 'MaxListenersExceededWarning'].map(
  (name) => `--disable-warning=${name}`,
)
const root = resolve(import.meta.dirname, '../../..')

/** A worker, and another one once that has ended. */
export function openAsker(settings: Record<string, string>, part?: WrongPart): Asker {
  let child: ChildProcess | undefined
  const started = async () => {
    if (child?.connected) return child
    child = forked(settings, part)
    if (!(await messageOf(child))) throw new Error('a worker ended before it was ready')
    return child
  }
  return {
    ask: async ({ source, day, now, timeoutMs }) => {
      const worker = await started()
      worker.send({ source, day, now, timeoutMs } satisfies Asked)
      return (await messageOf(worker)) as Said | undefined
    },
    stop: () => child?.connected && child.disconnect(),
  }
}

function forked(settings: Record<string, string>, part?: WrongPart): ChildProcess {
  const [file = '', ...args] = programWith(part, 'test/battery/sources/mutated-worker.ts')
  return fork(resolve(root, file), args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'fatal', ...GIVES_BACK, ...settings },
    execArgv: [...SILENT, ...SMALL],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((done) => {
    const ended = () => done(undefined)
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      done(message)
    })
  })
}
