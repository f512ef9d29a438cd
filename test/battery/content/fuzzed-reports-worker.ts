// Reads mutated reports, and prints the counts as JSON: fuzzed-reports-worker.ts N SEED.

import { createHash } from 'node:crypto'
import type { ParsedBounce } from '../../../src/bounces/reading/parsed-bounce.ts'
import { readBounceText } from '../../../src/bounces/reading/read-bounce-text.ts'
import { errorText } from '../../../src/core/errors.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { mutateReport } from './mutated-reports.ts'
import { readReports } from './reports.ts'

export interface InboundReport {
  faults: string[]
  reports: number
  /** Emails with a recipient who is read as dead. */
  dead: number
  /** Emails that are read in another way than the report that they were made from. */
  otherwise: number
  slowestMs: number
  grownMb: number
  /** Of the mutated reports. */
  digest: string
}

const MAX_DURATION_MS = 1000

const [emails = 0, seed = 0] = process.argv.slice(2).map(Number)
const random = randomFrom(seed)
const reports = readReports()
const said: string[] = []
for (const report of reports) said.push(inWords((await readBounceText(report)).bounces))
const megabytes = () => process.resourceUsage().maxRSS / 1024
const megabytesBefore = megabytes()
const faults: string[] = []
let dead = 0
let otherwise = 0
let slowestMs = 0

const digest = createHash('sha256')
for (let i = 0; i < emails; i++) {
  const from = i % reports.length
  const mail = mutateReport(reports[from]!, reports, random)
  digest.update(mail)
  const begun = process.cpuUsage()
  const returned = await returnedIn(mail)
  const { user, system } = process.cpuUsage(begun)
  const ms = Math.round((user + system) / 1000)
  slowestMs = Math.max(slowestMs, ms)
  if (ms > MAX_DURATION_MS) faults.push(`an email took ${ms} ms`)
  const named = returned.filter((one) => one.class === 'dead' && one.recipient !== null)
  if (named.length > 0) dead++
  if (inWords(returned) !== said[from]) otherwise++
  faults.push(...named.flatMap((one) => wrongOf(one, mail)))
}
const grownMb = Math.round(megabytes() - megabytesBefore)
const report: InboundReport = {
  faults,
  reports: reports.length,
  dead,
  otherwise,
  slowestMs,
  grownMb,
  digest: digest.digest('hex'),
}
console.log(JSON.stringify(report))

async function returnedIn(mail: string): Promise<ParsedBounce[]> {
  try {
    return (await readBounceText(mail)).bounces
  } catch (error) {
    faults.push(`throws: ${errorText(error)}`)
    return []
  }
}

function inWords(returned: ParsedBounce[]): string {
  return returned.map((one) => `${one.recipient} ${one.class}`).join()
}

/** No recipient is dead whom the email does not name, and certainly dead only with a permanent code. */
function wrongOf({ recipient, smtpReply, sure }: ParsedBounce, mail: string): string[] {
  const isNamed = [mail, mail.replace(/=(?:\r\n?|\n)/g, '')].some((one) => unbroken(one).includes(recipient!))
  return [
    ...(isNamed ? [] : ['a recipient is dead whom the email does not name']),
    ...(!sure || (smtpReply?.status && smtpReply.status >= 500 && /5(?:\d\d|\.\d)/.test(mail))
      ? []
      : ['certainly dead without a 5xx']),
  ]
}

/** An address may be folded, and be in brackets. */
function unbroken(mail: string): string {
  return mail.replace(/[<>\s]/g, '')
}
