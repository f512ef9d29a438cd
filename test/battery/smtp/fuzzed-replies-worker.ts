// Sends emails to a server with mutated replies, and prints the counts as JSON: fuzzed-replies-worker.ts N SEED.

import { smtpUrl } from '../../../src/config/mail-urls.ts'
import type { SmtpResult } from '../../../src/mail/refusals/classify-reply.ts'
import { openSmtpClient, type SmtpClient } from '../../../src/mail/smtp/smtp-client.ts'
import { type MutatedServer, startMutatedServer } from './mutated-server.ts'
import { saysAccepted } from './mutations.ts'

export interface FuzzedRepliesReport {
  faults: string[]
  mutated: number
  /** Of the first connection of each sender, mutated or not. What comes later depends on when it comes. */
  greetings: string[]
  accepted: number
  uncertain: number
  refused: number
  deferred: number
  maxMs: number
  peakMb: number
}

const [emails = 0, seed = 0] = process.argv.slice(2).map(Number)
const SENDERS = 50
/** A connection is used for a few emails; the next one has other replies. */
const EMAILS_EACH = 3
/** The share of emails without a mutated reply that may fail, if the machine gets slower than it was at the start. */
const MAX_SLOW = 0.2

const timeouts = await measuredTimeouts()
/** Opening, body, reply and reset, twice if a session was lost; and some time for a busy machine. */
const MAX_DURATION_MS = 2 * 2 * (timeouts.silenceMs + timeouts.connectMs) + 2000
const server = await startMutatedServer(seed)
const config = smtpUrl.parse(`smtp://127.0.0.1:${server.port}?mails=${EMAILS_EACH}`)
const faults: string[] = []
const counts = { accepted: 0, uncertain: 0, refused: 0, deferred: 0 }
let next = 0
let maxMs = 0
let good = 0
let slow = 0

await Promise.all(Array.from({ length: SENDERS }, () => sendSome(openSmtpClient(config, { timeouts }))))
await server.close()
if (slow > good * MAX_SLOW) faults.push(`${slow} of ${good} with correct replies were not accepted`)
if (maxMs > MAX_DURATION_MS) faults.push(`an email was held for ${maxMs} ms`)
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
const report: FuzzedRepliesReport = {
  faults,
  mutated: server.mutated,
  greetings: server.greetings.slice(0, SENDERS),
  ...counts,
  maxMs,
  peakMb,
}
console.log(JSON.stringify(report))

/** Short ones, and on a busy machine at least as long as emails take if all replies are correct. */
async function measuredTimeouts(): Promise<{ connectMs: number; silenceMs: number }> {
  const correct = await startMutatedServer(seed, 1)
  const to = smtpUrl.parse(`smtp://127.0.0.1:${correct.port}`)
  const clients = Array.from({ length: SENDERS }, () => openSmtpClient(to))
  const sendOne = async (client: SmtpClient): Promise<number> => {
    const begun = performance.now()
    await client.send({ from: 'papers@site.example', to: 's@y.example', raw: Buffer.from('\r\nPapers.\r\n') })
    return performance.now() - begun
  }
  const longest = Math.ceil(Math.max(...(await Promise.all(clients.map(sendOne)))))
  for (const client of clients) client.close()
  await correct.close()
  return { connectMs: Math.max(400, longest), silenceMs: Math.max(800, 2 * longest) }
}

async function sendSome(client: SmtpClient): Promise<void> {
  while (next < emails) {
    const id = String(++next)
    const raw = Buffer.from(`Message-ID: <${id}@site.example>\r\n\r\nPapers of the day.\r\n`)
    const begun = performance.now()
    const result = await client.send({ from: 'papers@site.example', to: `s${id}@y.example`, raw })
    maxMs = Math.max(maxMs, Math.round(performance.now() - begun))
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

/** Compares the result with what the server received. */
function wrongWith(result: SmtpResult, dot: ReturnType<MutatedServer['dots']['get']>): string[] {
  const found: string[] = []
  const { reply } = result
  if (result.accepted && !(dot && saysAccepted(dot.sent))) found.push('accepted without a 250')
  if (!result.accepted && dot && !result.bodyWritten)
    found.push('the whole email arrived and is recorded as not written')
  if (!result.accepted && result.status !== null && !/^[45]\d\d$/.test(String(result.status)))
    found.push(`status ${result.status}`)
  if (reply.length > 500 || !reply.isWellFormed() || /\p{Cc}/u.test(reply))
    found.push('the reply is recorded without clean-up')
  if (dot?.wasGood) {
    good++
    if (!result.accepted) slow++
  }
  return found
}
