import type { RenderedEmail } from '../../mail/rendering/template.ts'
import { wrap } from '../../mail/rendering/text.ts'
import type { Alert, AlertValues } from './alert.repo.ts'
import { type AlertText, alertTime, DOCTOR_COMMAND, SOURCES_COMMAND, STATUS_COMMAND } from './alert-text.ts'
import { deliveryStopped } from './delivery-stopped.ts'

const NEXT = 'Next, run with `npm run -s cli --` (in the image: `daily-papers`):'

const ALERT_TEXTS: Record<string, (values: AlertValues) => AlertText> = {
  'run-stopped': deliveryStopped,
  'source-stalled': sourceStalled,
  'day-not-closed': dayNotClosed,
  'work-failed': workFailed,
  'signups-limited': signupsLimited,
  over: resolved,
  week: (values) => ({
    subject: `the week from ${values.from} to ${values.to}`,
    facts: weeklyReportLines(values),
    impact: '',
    nextSteps: [['digests status --date D', 'the totals of one date']],
  }),
}

function sourceStalled({
  source,
  what,
  since,
  failures,
  status,
  fault,
  day,
  newest,
  reason,
}: AlertValues): AlertText {
  const failed = fault ? [`The last fetch failed: ${fault}${status ? ` (HTTP ${status})` : ''}.`] : []
  const impact =
    'Digests are sent without papers from those days. Once the source has them, the next digest includes them.'
  if (what === 'no-fetch')
    return {
      subject: `source ${source} has not answered for a day`,
      facts: [`No successful fetch since ${alertTime(since)}; ${failures} failed in a row.`, ...failed],
      impact,
      nextSteps: [SOURCES_COMMAND],
    }
  return {
    subject: `source ${source} had no papers on ${day}`,
    facts: [
      reason === 'repeated'
        ? `${source} responds, but for ${day}, a working day, it listed only papers of another day.`
        : `${source} responds, but ${day}, a working day, ended without papers.`,
      newest ? `The newest day with papers is ${newest}.` : 'No day in the last two weeks has papers.',
      ...failed,
    ],
    impact,
    nextSteps: [SOURCES_COMMAND, [`papers fetch --date ${day}`, 'fetches it again']],
  }
}

function dayNotClosed({ date, plans, due, since }: AlertValues): AlertText {
  return {
    subject: `the digests of ${date} are not complete`,
    facts: [
      `${plans} plans of ${date} with ${due} subscribers are still open; the last should have finished by ${alertTime(since)}.`,
    ],
    impact:
      'Some of them may have no digest and no recorded reason. Usually no process with the role worker is running.',
    nextSteps: [[`digests status --date ${date}`, 'what is still open'], STATUS_COMMAND, DOCTOR_COMMAND],
  }
}

function signupsLimited({ detail, since }: AlertValues): AlertText {
  return {
    subject: 'sign-ups are limited',
    facts: [
      `Since ${alertTime(since)} the limit of sign-up emails for the site has been reached: ${detail}.`,
    ],
    impact:
      'New sign-ups get no confirmation email until then; a page asks them to try again. Subscribers still get their digests and the emails they ask for. A stranger may be signing up the addresses of others, or your site may just have become popular.',
    nextSteps: [['subscribers list --state pending', 'the latest unconfirmed sign-ups'], STATUS_COMMAND],
  }
}

const WORK_NAMES: Record<string, string> = {
  ingest: 'fetching papers',
  plan: 'planning digests',
  'drain-transactional': 'sending confirmations and links',
  'drain-bulk': 'sending digests',
  'read-reports': 'processing bounces and complaints',
  'fetch-mailbox': 'fetching bounces and complaints',
}

function workFailed({ subject, what, detail: text, since, count }: AlertValues): AlertText {
  if (what === 'idle')
    return {
      subject: 'email is not being sent: no worker is running',
      facts: [
        `Emails have been waiting since ${alertTime(since)}, and no process with the role worker is running.`,
      ],
      impact: 'No confirmations or digests are sent and no papers are fetched until a worker runs.',
      nextSteps: [['doctor', 'whether the processes are running'], STATUS_COMMAND],
    }
  if (what === 'unread')
    return {
      subject: 'bounces and complaints are not being processed',
      facts: [
        count === 1
          ? `A report has been waiting since ${alertTime(since)}.`
          : `${count} reports are waiting, the oldest since ${alertTime(since)}.`,
      ],
      impact:
        'People who complained or unsubscribed by email still get digests, and emails still go to mailboxes that don’t exist. Nothing is lost: the reports are stored.',
      nextSteps: [
        ['bounces status', 'what is waiting and what has arrived'],
        ['bounces read', 'processes it now'],
        DOCTOR_COMMAND,
      ],
    }
  const work = WORK_NAMES[String(subject)] ?? subject
  return {
    subject: `${work} is failing`,
    facts: [
      `${work} has failed at every attempt since ${alertTime(since)}.`,
      `Last error: ${text} (${what}).`,
    ],
    impact: 'It is retried every minute. No work is lost.',
    nextSteps: [DOCTOR_COMMAND, STATUS_COMMAND],
  }
}

const LABEL = 26
const NUMBER = 9
const MIB = 1024 * 1024

const ROWS: [label: string, name: string][] = [
  ['Subscribers', 'subscribers'],
  ['Sign-ups', 'asked'],
  ['Confirmed', 'confirmed'],
  ['Unsubscribed', 'unsubscribed'],
  ['Emails accepted', 'accepted'],
  ['Emails refused', 'refused'],
  ['Emails given up', 'gaveUp'],
  ['Emails uncertain', 'uncertain'],
  ['Emails skipped', 'skipped'],
  ['Bounced: no mailbox', 'dead'],
  ['Bounced: mailbox full', 'full'],
  ['Complaints', 'complaint'],
]

/** The week next to the week before, as columns. */
function weeklyReportLines(values: AlertValues): string[] {
  const single = (label: string, text: string) => `  ${label.padEnd(LABEL)}${text}`
  return [
    row('', 'this week', 'before'),
    ...ROWS.map(([label, name]) => row(label, values[name], values[`${name}Before`])),
    '',
    single('Complete dates', `${values.closed} of ${values.dates} with digests due`),
    single(
      'Source days',
      `${values.withPapers} of ${values.sourceDays} with papers, ${values.papers} papers`,
    ),
    single('Suppressed addresses', `${values.suppressions}`),
    single('Database', `${Math.round(Number(values.databaseBytes) / MIB)} MiB`),
  ]
}

const row = (label: string, now?: AlertValues[string], before?: AlertValues[string]): string =>
  `  ${label.padEnd(LABEL)}${String(now ?? '').padStart(NUMBER)}${String(before ?? '').padStart(NUMBER)}`

/** An incident has ended. */
function resolved(values: AlertValues): AlertText {
  const before = ALERT_TEXTS[String(values.kind)]!(values)
  return {
    subject: `resolved: ${before.subject}`,
    facts: [`Resolved at ${alertTime(values.over)}.`, 'The alert was:', ...before.facts],
    impact: '',
    nextSteps: [STATUS_COMMAND],
  }
}

/** The subject lacks the name of the site. An alert whose incident ended before the email says so. */
export function writeAlert({ kind, values, endedAt }: Alert): RenderedEmail {
  const wording = ALERT_TEXTS[kind]!(values)
  if (!endedAt) return layOut(wording)
  const facts = [...wording.facts, `Resolved at ${alertTime(endedAt.toISOString())}.`]
  return layOut({ ...wording, subject: `resolved: ${wording.subject}`, facts, impact: '' })
}

/** An alert in one line. An unknown kind from an older release is shown as it is. */
export const alertLine = (alert: Alert): string =>
  Object.hasOwn(ALERT_TEXTS, alert.kind) ? writeAlert(alert).subject : alert.kind

/** Several alerts in one email, one per line. */
export function writeAlertList(alerts: Alert[]): RenderedEmail {
  const lines = alerts.map((alert) => `${alertTime(alert.at.toISOString())}: ${writeAlert(alert).subject}`)
  return layOut({
    subject: `${alerts.length} more alerts`,
    facts: ['More alerts than the hourly limit:', ...lines],
    impact: '',
    nextSteps: [STATUS_COMMAND, SOURCES_COMMAND, DOCTOR_COMMAND],
  })
}

function layOut({ subject, facts, impact, nextSteps }: AlertText): RenderedEmail {
  const widest = Math.max(...nextSteps.map(([command]) => command.length))
  const commands = nextSteps.map(([command, shows]) => `  ${command.padEnd(widest)}   ${shows}`)
  const paragraphs = [
    facts.map((fact) => (fact === '' || fact.startsWith('  ') ? fact : wrap(fact))).join('\n'),
    impact && wrap(`For subscribers: ${impact}`),
    [NEXT, ...commands].join('\n'),
  ]
  return { subject, text: `${paragraphs.filter(Boolean).join('\n\n')}\n` }
}
