import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { ParsedBounce } from '../../bounces/reading/parsed-bounce.ts'
import { type BounceReading, isMail, readBounceText } from '../../bounces/reading/read-bounce-text.ts'
import { errorEntries } from '../../core/error-table.ts'
import { Fault } from '../../core/errors.ts'
import { listed } from '../../i18n/words.ts'
import { classifyReply, type SmtpStage } from '../../mail/refusals/classify-reply.ts'
import { backOff } from '../../mail/refusals/retry.ts'
import { commandWithoutDeps, readIn } from './operation.ts'

const MAX_MEGABYTES = 10
const MAX_BYTES = MAX_MEGABYTES * 1024 * 1024

export const bounceFileErrors = errorEntries(400, 2, {
  'bounces.no-file':
    'Cannot read "{file}": use a file with SMTP replies or an email, or - for standard input.',
  'bounces.empty': '"{file}" is empty: use SMTP replies, one per line, such as "550 5.1.1 User unknown".',
  'bounces.not-text': '"{file}" is not text: use UTF-8, or a raw email (.eml).',
  'bounces.too-large': '"{file}" is larger than {most} MB: split it into smaller files.',
})

export const tryBounce = commandWithoutDeps({
  name: 'bounces try',
  summary: 'show what an SMTP reply or a bounce report would do; changes nothing',
  input: z.object({ files: z.array(z.string()) }),
  command: {
    arguments: { files: ['<file...>', 'SMTP replies, one per line, or a raw email; - reads standard input'] },
  },
  runWithoutDeps: async (_context, { files }) => {
    const read: { file: string; parsed: BounceReading }[] = []
    for (const file of files) read.push({ file, parsed: await readInput(file) })
    return { json: read.map(jsonOf), isJsonLines: true, text: read.map(textOfFile).join('\n\n') }
  },
})

/** An email may contain any byte; replies are text. */
async function readInput(file: string): Promise<BounceReading> {
  const bytes = await readBytes(file)
  return readBounceText(isMail(bytes) ? bytes : textOfBytes(bytes, file))
}

/**
 * Decodes the bytes of a file as UTF-8, or as Latin-1 if they are not UTF-8. Throws bounces.empty, bounces.not-text.
 */
function textOfBytes(bytes: Buffer, file: string): string {
  if (bytes.includes(0)) throw new Fault(bounceFileErrors['bounces.not-text'], { file })
  const text = isUtf8(bytes) ? new TextDecoder().decode(bytes) : bytes.toString('latin1')
  if (text.trim() === '') throw new Fault(bounceFileErrors['bounces.empty'], { file })
  return text
}

/** Throws bounces.no-file, bounces.too-large. */
async function readBytes(file: string): Promise<Buffer> {
  const bytes = await readIn(file, MAX_BYTES).catch((cause) => {
    throw new Fault(bounceFileErrors['bounces.no-file'], { file }, { cause })
  })
  if (bytes.length > MAX_BYTES)
    throw new Fault(bounceFileErrors['bounces.too-large'], { file, most: MAX_MEGABYTES })
  return bytes
}

const jsonOf = ({ file, parsed }: { file: string; parsed: BounceReading }) => ({
  file,
  results: parsed.bounces.map(({ recipient, class: kind, status, diagnostic }) => ({
    recipient,
    // In JSON, an unsubscribe request counts as a complaint.
    class: kind === 'unsubscribe' ? 'complaint' : kind,
    status,
    diagnostic,
  })),
})

const textOfFile = ({ file, parsed }: { file: string; parsed: BounceReading }): string =>
  [`${file}:`, ...parsed.bounces.map((one) => textOfOne(one, parsed.isMail))].join('\n')

function textOfOne(one: ParsedBounce, isMail: boolean): string {
  const { diagnostic, recipient, class: kind, rule } = one
  const said = diagnostic ?? 'It quotes no SMTP reply.'
  const by = rule ? `rule ${rule}` : 'no rule matches'
  const ruled = diagnostic === null || isOfReports(kind) ? '' : ` (${by})`
  return [
    `  ${recipient && !said.includes(recipient) ? `${recipient}: ` : ''}${said}`,
    `    ${kind}${ruled}: ${isMail ? outcome(one) : smtpConsequence(one)}`,
  ].join('\n')
}

const isOfReports = (kind: ParsedBounce['class']): boolean =>
  ['complaint', 'unsubscribe', 'auto-reply', 'delayed', 'not-a-report'].includes(kind)

const COUNTED = 'counted, no action.'
const ALERTED = 'the operator is alerted; the address is kept.'
const OUTCOMES: Record<Exclude<ParsedBounce['class'], 'dead'>, string> = {
  full: 'paused for 7 days; suppressed after five over two weeks or more.',
  policy: ALERTED,
  ours: ALERTED,
  temporary: COUNTED,
  unknown: COUNTED,
  complaint:
    'unsubscribed and suppressed at once if a token or our signed header proves it; otherwise only unsubscribed.',
  unsubscribe: 'unsubscribed at once.',
  'auto-reply': 'an automatic reply; no action.',
  delayed: 'their server is still trying; no action.',
  'not-a-report': 'not a report about a failed email; no action.',
}

function outcome({ class: kind, sure }: ParsedBounce): string {
  if (kind !== 'dead') return OUTCOMES[kind]
  return sure ? 'suppressed.' : 'suppressed after a second such report on another day.'
}

const STAGES: Record<NonNullable<ParsedBounce['to']>, SmtpStage> = {
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
}

/** How sending treats the reply. Without a known command, it is treated as the reply to RCPT. */
function smtpConsequence({ smtpReply, to, diagnostic }: ParsedBounce): string {
  if (/^[23]\d\d\b/.test(diagnostic ?? '')) return 'not a refusal: the mail server accepts or continues.'
  if (!smtpReply || smtpReply.status === null) return 'it contains no SMTP reply code.'
  const stage = STAGES[to ?? 'RCPT']
  const failure = classifyReply({ ...smtpReply, stage, bodyWritten: false })
  const slower = failure.slowDown ? ' The run slows down.' : ''
  if (failure.stopsRun) return 'the run stops and the operator is alerted: our settings are wrong.'
  if (failure.outcome === 'deferred') return `retried after ${TIMES} minutes, then every hour.${slower}`
  if (failure.deadAddress) return `${to ? '' : 'in reply to RCPT '}this address is suppressed.`
  const why = failure.class === 'dead' ? ': only a reply to RCPT is about the mailbox' : ''
  return `this message is refused, the address is kept${why}.${slower}`
}

const START = new Date(0)
const TIMES = listed(
  [1, 2, 3, 4, 5].map((tries) => `${(backOff(tries, START).getTime() - START.getTime()) / 60_000}`),
)
