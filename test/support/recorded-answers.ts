import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Database } from '../../src/core/database/database.ts'
import type { Day } from '../../src/core/dates.ts'
import { silentLog } from '../../src/core/log.ts'
import { createFetchClient } from '../../src/sources/fetch-client.ts'
import { type NamedSource, sourceNameOf } from '../../src/sources/registry.ts'
import {
  type FetchDayInput,
  type FetchedDay,
  type Identifier,
  identifierText,
  type SendRequest,
} from '../../src/sources/source.ts'

export interface RecordedAnswer {
  /** With the source's own address, wherever it was asked. */
  url: string
  status: number
  headers: Record<string, string>
  body: string
}

/** What a source answered for a day: recording.json, and 0.json, 1.json, … in the order of the questions. */
export interface Recording {
  /** "arxiv:cs.CL" */
  source: string
  day: Day
  /** When it was asked. */
  now: string
  answers: RecordedAnswer[]
}

const root = resolve(import.meta.dirname, '../..')

/** Where the recording of a source lies that the contract test replays; folders within may hold more of them. */
export const recordingFolder = (name: string): string => join(root, 'test/fixtures', name, 'recorded')

/** Every recording of a source. */
export function recordingsOf(name: string): Recording[] {
  const folder = recordingFolder(name)
  if (!existsSync(folder)) return []
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((path) => basename(path) === ABOUT)
    .map((path) => readRecording(join(folder, dirname(path))))
}

const ABOUT = 'recording.json'

const KEPT_HEADERS = ['content-type', 'etag', 'last-modified', 'link', 'ratelimit', 'retry-after']
const MAIL_ADDRESS = /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+/g

/** Hands questions on to `ask`, and keeps each answer that could be read, without anybody's mail address. */
export function recordingAsk(ask: SendRequest): { ask: SendRequest; answers: RecordedAnswer[] } {
  const answers: RecordedAnswer[] = []
  const recording: SendRequest = (question, read) =>
    ask(question, (answer) => {
      const value = read(answer)
      const kept = KEPT_HEADERS.flatMap((name) => {
        const text = answer.headers.get(name)
        return text === null ? [] : [[name, text] as const]
      })
      const body = answer.body.replace(MAIL_ADDRESS, 'left-out@example.org')
      answers.push({ url: question.url, status: answer.status, headers: Object.fromEntries(kept), body })
      return value
    })
  return { ask: recording, answers }
}

/** Answers from a recording: of one address in their order, the last one for good; 404 for what it does not hold. */
export function replayAsk(answers: readonly RecordedAnswer[]): { ask: SendRequest; missing: string[] } {
  const left = Map.groupBy(answers, ({ url }) => url)
  const missing: string[] = []
  const ask: SendRequest = async ({ url }, read) => {
    const waiting = left.get(url)
    if (!waiting) missing.push(url)
    const { status, headers, body } =
      (waiting && waiting.length > 1 ? waiting.shift() : waiting?.[0]) ?? NOTHING
    return read({ status, headers: new Headers(headers), body })
  }
  return { ask, missing }
}

const NOTHING = { status: 404, headers: {}, body: 'Not found' }

/** Fetches a recorded day again; `missing` has the requests that are not in the recording. */
export async function replay(named: NamedSource, { day, now, answers }: Recording) {
  const { source, section } = named
  const { ask, missing } = replayAsk(answers)
  const fetched = await source.fetchDay({
    ...aloneInput(source.baseUrls),
    source: sourceNameOf(named),
    day,
    section,
    now: new Date(now),
    request: ask,
  })
  return { ...fetched, missing }
}

export interface ToRecord extends NamedSource {
  day: Day
  now: Date
  /** Of a source that is not asked by day; none unless given. */
  lastFetch?: Date
  /** Where each address of the source really leads. */
  urls: Readonly<Record<string, string>>
  contact: string
  wait(ms: number): Promise<unknown>
  warn?(what: string): void
}

/** Fetches a day as the service does, but without a database, as if no paper were known. Throws source.*. */
export async function recordDay(input: ToRecord): Promise<FetchedDay & { recording: Recording }> {
  const { source, section, day, now } = input
  const { ask, answers } = recordingAsk(askAlone(input))
  const { wait, lastFetch = null, warn = () => {} } = input
  const fetched = await source.fetchDay({
    ...aloneInput(source.baseUrls),
    source: sourceNameOf(input),
    day,
    section,
    now,
    lastFetch,
    request: ask,
    wait,
    warn,
  })
  return { ...fetched, recording: { source: sourceNameOf(input), day, now: now.toJSON(), answers } }
}

/** Asks over the network without the host throttle that all processes share: it keeps the gap itself. */
function askAlone(input: ToRecord): SendRequest {
  const { source, day, urls, contact, wait } = input
  const fetchPolicy = { ...source.fetchPolicy, gapMs: 0 }
  const { gapMs } = source.fetchPolicy
  const waitForGap = (ms: number) => wait(Math.max(ms, gapMs))
  const noDatabase = undefined as unknown as Database
  const asking = {
    db: noDatabase,
    log: silentLog,
    source: sourceNameOf(input),
    day,
    fetchPolicy,
    contact,
    wait: waitForGap,
  }
  const open = createFetchClient(asking)
  return async (question, read) => {
    if (open.requestCount() > 0 && gapMs > 0) await wait(gapMs)
    return open.request({ ...question, url: addressFor(question.url, source.baseUrls, urls) }, read)
  }
}

function addressFor(url: string, official: Readonly<Record<string, string>>, real: ToRecord['urls']): string {
  const begins = Object.entries(official).filter(([, address]) => url.startsWith(address))
  const [name, address] = begins.sort(([, one], [, other]) => other.length - one.length)[0] ?? []
  return name && address ? (real[name] ?? address) + url.slice(address.length) : url
}

const aloneInput = (urls: FetchDayInput['urls']) => ({
  urls,
  lastFetch: null,
  unseen: async (keys: readonly Identifier[]) => new Set(keys.map(identifierText)),
  listed: async () => new Set<string>(),
  withoutDate: async (keys: readonly Identifier[]) => new Set(keys.map(identifierText)),
  wait: async () => {},
  warn: () => {},
})

export function writeRecording(folder: string, { answers, ...about }: Recording): void {
  mkdirSync(folder, { recursive: true })
  for (const name of answerFiles(folder)) rmSync(join(folder, name))
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
  write(ABOUT, about)
  for (const [place, answer] of answers.entries()) write(`${place}.json`, answer)
}

/** Throws if there is no such recording. */
export function readRecording(folder: string): Recording {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  return { ...read(ABOUT), answers: answerFiles(folder).map(read) }
}

const answerFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
