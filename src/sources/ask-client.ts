import pRetry from 'p-retry'
import { Fault, textOf } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { decoded } from './decoded.ts'
import { type AtGate, throughGate } from './gate.ts'
import { rateLimitOf } from './rate-limit.ts'
import { isRedirect, nextAddress } from './redirect.ts'
import type { Answer, Ask, Manners, Question } from './source.ts'

const RETRIES = 4
const FIRST_PAUSE_MS = 1000
const MAX_REDIRECTS = 3
const PASSING = ['source.unreachable', 'source.failing', 'source.not-json', 'source.not-xml']

export interface Asking extends AtGate {
  log: Log
  /** An address or a site at which the service can reach the operator. */
  contact: string
}

export interface OpenAsk {
  ask: Ask
  /** How many questions went out so far. */
  requests(): number
}

/** The one way in which sources are asked over the network. Its faults are source.*, with their day. */
export function openAsk(asking: Asking): OpenAsk {
  let requests = 0
  const askOne = (question: Question): Promise<Answer> =>
    throughGate(asking, async () => {
      requests++
      return answerTo(asking, question)
    })
  const answer = async <T>(question: Question, read: (answer: Answer) => T): Promise<T> =>
    read(await followed(asking, question, askOne))
  return {
    ask: (question, read) => patiently(asking, () => answer(question, read)),
    requests: () => requests,
  }
}

/** What stands at the end of redirects, each of which is a question of its own. Throws source.refused. */
async function followed(
  { source, day }: Asking,
  question: Question,
  askOne: (question: Question) => Promise<Answer>,
): Promise<Answer> {
  let { url } = question
  for (let left = MAX_REDIRECTS; ; left--) {
    const answer = await askOne({ ...question, url })
    const { status, headers } = answer
    if (!isRedirect(status)) return answer
    const next = nextAddress(url, headers.get('location'))
    if (!next || left === 0) throw new Fault('source.refused', { source, day, status })
    url = next
  }
}

function patiently<T>(
  { source, day, manners, log, wait, signal, once }: Asking,
  work: () => Promise<T>,
): Promise<T> {
  return pRetry(work, {
    retries: once ? 0 : RETRIES,
    minTimeout: 0, // the pause below is the only one
    signal,
    shouldRetry: async ({ error, attemptNumber }) => {
      const ms = pauseAfter(error, attemptNumber, manners)
      if (ms === undefined) return false
      log.warn('source.retried', { source, day, what: error.message, ms })
      await wait(ms)
      return true
    },
  })
}

// Undefined where trying again cannot help, or only much later.
function pauseAfter(error: Error, attempt: number, { longestPauseMs }: Manners): number | undefined {
  if (!(error instanceof Fault)) return undefined
  if (error.code === 'source.rate-limited') {
    const ms = Number(error.values.seconds) * 1000
    return ms <= longestPauseMs ? ms : undefined
  }
  return PASSING.includes(error.code) ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : undefined
}

/** Throws source.rate-limited, source.failing, source.unreachable and source.too-large. */
async function answerTo(asking: Asking, question: Question): Promise<Answer> {
  const { source, day, manners } = asking
  const { status, headers, bytes } = await request(asking, question)
  const { seconds } = rateLimitOf(headers)
  const place = { source, day, status }
  if (status === 429 || (status === 503 && seconds))
    throw new Fault('source.rate-limited', { ...place, seconds: seconds || manners.unsaidPauseSeconds })
  if (status >= 500) throw new Fault('source.failing', place)
  return { status, headers, body: decoded(bytes, headers.get('content-type')) }
}

async function request({ source, day, manners, contact, signal }: Asking, { url, accept }: Question) {
  const { timeoutMs, mostBytes } = manners
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      headers: { accept, 'user-agent': `daily-papers (${contact})` },
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const bytes = await readUpTo(response, mostBytes)
    if (!bytes) throw new Fault('source.too-large', { source, day, status: response.status, most: mostBytes })
    return { status: response.status, headers: response.headers, bytes }
  } catch (error) {
    if (error instanceof Fault) throw error
    const what = timeout.aborted ? `nothing whole within ${timeoutMs / 1000} s` : causeOf(error)
    throw new Fault('source.unreachable', { source, day, what }, { cause: error })
  }
}

/** Undefined where the answer is longer: the rest of it is not read. */
async function readUpTo(response: Response, most: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > most) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts, length)
}

// fetch says no more than "fetch failed"; what failed stands in the cause.
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return (cause as { code?: string }).code ?? textOf(cause)
}
