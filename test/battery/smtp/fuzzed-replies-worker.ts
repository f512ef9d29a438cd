// Sends so many emails to a server that answers wrongly, and prints what came of it as JSON: fuzzed-replies-worker.ts N SEED.

import { smtpUrl } from '../../../src/config/mail-urls.ts'
import type { SmtpResult } from '../../../src/mail/refusals/classify-reply.ts'
import { openSmtpClient, type SmtpClient } from '../../../src/mail/smtp/smtp-client.ts'
import { type MutatedServer, startMutatedServer } from './mutated-server.ts'
import { saysAccepted } from './mutations.ts'

export interface AnswersReport {
  faults: string[]
  mutated: number
  /** Of the first connection of each sender, mutated or not. What comes later depends on when it comes. */
  greetings: string[]
  accepted: number
  uncertain: number
  refused: number
  deferred: number
  longestMs: number
  peakMb: number
}

const [mails = 0, seed = 0] = process.argv.slice(2).map(Number)
const SENDERS = 50
/** A connection is used for a few emails, then the next has answers of its own. */
const MAILS_EACH = 3
const TIMEOUTS = { connectMs: 400, silenceMs: 800 }
/** Opening, the body, the answer, the reset, twice where a session was lost; and what a busy machine takes. */
const MAX_DURATION_MS = 2 * (800 + 400 + 800 + 400) + 2000
/** Of the emails that met no mutated answer, on a machine that is too busy for the limits. */
const MAX_SLOW = 0.2

const server = await startMutatedServer(seed)
const config = smtpUrl.parse(`smtp://127.0.0.1:${server.port}?mails=${MAILS_EACH}`)
const faults: string[] = []
const counts = { accepted: 0, uncertain: 0, refused: 0, deferred: 0 }
let next = 0
let longestMs = 0
let good = 0
let slow = 0

await Promise.all(
  Array.from({ length: SENDERS }, () => sendSome(openSmtpClient(config, { timeouts: TIMEOUTS }))),
)
await server.close()
if (slow > good * MAX_SLOW) faults.push(`${slow} of ${good} that were answered well were not accepted`)
if (longestMs > MAX_DURATION_MS) faults.push(`an email was held for ${longestMs} ms`)
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
const report: AnswersReport = {
  faults,
  mutated: server.mutated,
  greetings: server.greetings.slice(0, SENDERS),
  ...counts,
  longestMs,
  peakMb,
}
console.log(JSON.stringify(report))

async function sendSome(client: SmtpClient): Promise<void> {
  while (next < mails) {
    const id = String(++next)
    const raw = Buffer.from(`Message-ID: <${id}@site.example>\r\n\r\nPapers of the day.\r\n`)
    const begun = performance.now()
    const result = await client.send({ from: 'papers@site.example', to: `s${id}@y.example`, raw })
    longestMs = Math.max(longestMs, Math.round(performance.now() - begun))
    counts[outcomeOf(result)]++
    faults.push(...wrongWith(result, server.dots.get(id)))
    server.dots.delete(id)
  }
  client.close()
}

function outcomeOf(result: SmtpResult): keyof typeof counts {
  if (result.accepted) return 'accepted'
  if (result.bodyWritten && result.status === null) return 'uncertain'
  return result.status !== null && result.status >= 500 ? 'refused' : 'deferred'
}

/** What the server knows, beside what was told. */
function wrongWith(result: SmtpResult, dot: ReturnType<MutatedServer['dots']['get']>): string[] {
  const found: string[] = []
  const { reply: answer } = result
  if (result.accepted && !(dot && saysAccepted(dot.said))) found.push('accepted without a 250')
  if (!result.accepted && dot && !result.bodyWritten) found.push('the whole mail came and is told unwritten')
  if (!result.accepted && result.status !== null && !/^[45]\d\d$/.test(String(result.status)))
    found.push(`status ${result.status}`)
  if (answer.length > 500 || !answer.isWellFormed() || /\p{Cc}/u.test(answer)) found.push('answer as it came')
  if (dot?.wasGood) {
    good++
    if (!result.accepted) slow++
  }
  return found
}
