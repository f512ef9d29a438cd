import { dayOf } from '../../core/dates.ts'
import { weekdayDate } from '../../i18n/dates.ts'
import type { RenderedEmail } from '../../mail/rendering/template.ts'
import { wrap } from '../../mail/rendering/text.ts'
import type { Alert, AlertValues } from './alert.repo.ts'
import { weeklyReportLines } from './weekly-report.ts'

/** The subject lacks the name of the site. An alert whose incident ended before the email says so. */
export function writeAlert({ kind, values, endedAt }: Alert): RenderedEmail {
  const text = alertText(kind, values) ?? {
    subject: kind,
    facts: [],
    impact: '',
    nextSteps: [STATUS_COMMAND],
  }
  if (!endedAt) return layOut(text)
  const facts = [...text.facts, `Resolved at ${alertTime(endedAt.toISOString())}.`]
  return layOut({ ...text, subject: `resolved: ${text.subject}`, facts, impact: '' })
}

export function writeAlertList(alerts: Alert[]): RenderedEmail {
  const lines = alerts.map((alert) => `${alertTime(alert.at.toISOString())}: ${writeAlert(alert).subject}`)
  return layOut({
    subject: `${alerts.length} more alerts`,
    facts: ['More alerts than the hourly limit:', ...lines],
    impact: '',
    nextSteps: [STATUS_COMMAND, SOURCES_COMMAND, DOCTOR_COMMAND],
  })
}

const NEXT = 'Next, run with `npm run -s cli --` (in the image: `daily-papers`):'

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

/** An alert as text: what happened, what it means for subscribers, what to run next. */
interface AlertText {
  subject: string
  facts: string[]
  impact: string
  /** Commands, each with what it shows. */
  nextSteps: [command: string, shows: string][]
}

type NextStep = AlertText['nextSteps'][number]

const STATUS_COMMAND: NextStep = ['delivery status', 'what is being sent and what is queued']
const DOCTOR_COMMAND: NextStep = ['doctor', 'checks the mail server, shows the fix']
const SOURCES_COMMAND: NextStep = ['sources status', 'each day of each source, the next fetch']
const RESUME_COMMAND: NextStep = ['delivery resume', 'resumes sending, once it is fixed']
const BOUNCES_TRY_COMMAND: NextStep = ['bounces try FILE', 'what an SMTP reply means']

/** "Tue 24 Nov 08:15 UTC", from ISO 8601. */
function alertTime(instant: AlertValues[string] | undefined): string {
  const text = String(instant)
  return `${weekdayDate(dayOf(new Date(text)))} ${text.slice(11, 16)} UTC`
}

const STOP_REASONS: Record<string, string> = {
  'login-refused': 'the mail server refuses the login',
  'tls-refused': 'no encrypted connection to the mail server',
  unreachable: 'the mail server cannot be reached',
  'refused-alike': 'ten identical refusals in a row',
  'refused-much': 'too many of the last emails were refused',
}
const PAUSING_REASONS = ['refused-alike', 'refused-much']

const WORK_NAMES: Record<string, string> = {
  ingest: 'fetching papers',
  plan: 'planning digests',
  'drain-transactional': 'sending confirmations and links',
  'drain-bulk': 'sending digests',
  'read-reports': 'processing bounces and complaints',
  'fetch-mailbox': 'fetching bounces and complaints',
}

const WITHOUT_PAPERS =
  'Digests are sent without papers from those days. Once the source has them, the next digest includes them.'

const lastFetch = ({ fault, status }: AlertValues): string[] =>
  fault ? [`The last fetch failed: ${fault}${status ? ` (HTTP ${status})` : ''}.`] : []

/** By kind, or by kind and `what`. */
const TEXTS: Record<string, (values: AlertValues) => AlertText> = {
  'run-stopped': ({ subject, what, detail: reply, since }) => {
    const why = STOP_REASONS[String(what)] ?? String(what)
    const isPaused = PAUSING_REASONS.includes(String(what)) && subject === 'bulk'
    const pausedImpact =
      'No emails are sent until you resume delivery. Digests not sent within 20 hours of their hour are given up; the next ones include their papers.'
    const bulkImpact =
      'Digests are not being sent. They are retried every minute, each until 20 hours after its hour.'
    const transactionalImpact =
      'Confirmations and account links are not being sent. They are retried every minute, each until its deadline.'
    return {
      subject: `delivery stopped, ${why}`,
      facts: [
        `Since ${alertTime(since)}: ${why}.`,
        ...(reply ? [`Last reply: ${reply}`] : []),
        ...(isPaused ? ['Delivery is paused.'] : []),
      ],
      impact: subject === 'transactional' ? transactionalImpact : isPaused ? pausedImpact : bulkImpact,
      nextSteps: isPaused
        ? [DOCTOR_COMMAND, BOUNCES_TRY_COMMAND, STATUS_COMMAND, RESUME_COMMAND]
        : [DOCTOR_COMMAND, STATUS_COMMAND],
    }
  },
  'run-stopped restored': ({ since }) => ({
    subject: 'this database was restored, delivery waits for you',
    facts: [`Since ${alertTime(since)}: this database was restored from a backup. Delivery is paused.`],
    impact:
      'Nothing is planned or sent until you resume delivery, because this database has no record of what was sent after the backup.',
    nextSteps: [['delivery resume --dry-run', 'what would end and what would continue'], STATUS_COMMAND],
  }),
  'run-stopped promoted': ({ since }) => ({
    subject: 'a standby of the database was promoted, delivery waits for you',
    facts: [
      `Since ${alertTime(since)}: the database server is on a new timeline, so a standby was promoted or the server was restored to an earlier moment. Delivery is paused.`,
    ],
    impact:
      'Nothing is planned or sent until you resume it. Emails that were sent just before are not recorded here if the standby had not received that yet, and would be sent twice.',
    nextSteps: [
      ['delivery resume --dry-run', 'what ends if the standby may lack something'],
      ['delivery resume --moved', 'if it had received everything: nothing ends'],
      STATUS_COMMAND,
    ],
  }),
  'run-stopped domain-held': ({ subject: domain, detail: refused, since }) => ({
    subject: `email to ${domain} is on hold for an hour`,
    facts: [`Since ${alertTime(since)}: ${domain} refused ${refused}`],
    impact: `Digests to ${domain} wait and resume slowly after the hour, or stay on hold if it keeps refusing. Digests that have waited 20 hours since their hour are skipped, and the next ones include their papers. Other domains are not affected, and confirmations and links are still sent everywhere.`,
    nextSteps: [STATUS_COMMAND, BOUNCES_TRY_COMMAND],
  }),
  'run-stopped complaints': ({ detail: figures, since }) => ({
    subject: 'delivery stopped, too many complaints',
    facts: [
      `Since ${alertTime(since)}: ${figures}.`,
      'Gmail and Yahoo refuse senders with more than 0.3 %. Delivery is paused.',
    ],
    impact:
      'No emails are sent until you resume delivery. Addresses that complained are suppressed. Digests not sent within 20 hours of their hour are skipped; the next ones include their papers.',
    nextSteps: [['doctor --dns', 'whether DNS authorizes your emails'], STATUS_COMMAND, RESUME_COMMAND],
  }),
  'source-stalled no-fetch': ({ source, since, failures, ...last }) => ({
    subject: `source ${source} has not answered for a day`,
    facts: [
      `No successful fetch since ${alertTime(since)}; ${failures} failed in a row.`,
      ...lastFetch(last),
    ],
    impact: WITHOUT_PAPERS,
    nextSteps: [SOURCES_COMMAND],
  }),
  'source-stalled': ({ source, day, newest, reason, ...last }) => ({
    subject: `source ${source} had no papers on ${day}`,
    facts: [
      reason === 'repeated'
        ? `${source} responds, but for ${day}, a working day, it listed only papers of another day.`
        : `${source} responds, but ${day}, a working day, ended without papers.`,
      newest ? `The newest day with papers is ${newest}.` : 'No day in the last two weeks has papers.',
      ...lastFetch(last),
    ],
    impact: WITHOUT_PAPERS,
    nextSteps: [SOURCES_COMMAND, [`papers fetch --date ${day}`, 'fetches it again']],
  }),
  'day-not-closed': ({ date, plans, due, since }) => ({
    subject: `the digests of ${date} are not complete`,
    facts: [
      `${plans} plans of ${date} with ${due} subscribers are still open; the last should have finished by ${alertTime(since)}.`,
    ],
    impact:
      'Some of them may have no digest and no recorded reason. Usually no process with the role worker is running.',
    nextSteps: [[`digests status --date ${date}`, 'what is still open'], STATUS_COMMAND, DOCTOR_COMMAND],
  }),
  'signups-limited': ({ detail, since }) => ({
    subject: 'sign-ups are limited',
    facts: [
      `Since ${alertTime(since)} the limit of sign-up emails for the site has been reached: ${detail}.`,
    ],
    impact:
      'New sign-ups get no confirmation email until then; a page asks them to try again. Subscribers still get their digests and the emails they ask for. A stranger may be signing up the addresses of others, or your site may just have become popular.',
    nextSteps: [['subscribers list --state pending', 'the latest unconfirmed sign-ups'], STATUS_COMMAND],
  }),
  'work-failed idle': ({ since }) => ({
    subject: 'email is not being sent: no worker is running',
    facts: [
      `Emails have been waiting since ${alertTime(since)}, and no process with the role worker is running.`,
    ],
    impact: 'No confirmations or digests are sent and no papers are fetched until a worker runs.',
    nextSteps: [['doctor', 'whether the processes are running'], STATUS_COMMAND],
  }),
  'work-failed unread': ({ since, count }) => ({
    subject: 'bounces and complaints are not being processed',
    facts: [
      count === 1
        ? `A report has been waiting since ${alertTime(since)}.`
        : `${count} reports are waiting, the oldest since ${alertTime(since)}.`,
    ],
    impact:
      'People who complained or unsubscribed by email still get digests, and emails still go to mailboxes that don’t exist. Nothing is lost: the reports are stored.',
    nextSteps: [['bounces status', 'what is waiting and what has arrived'], DOCTOR_COMMAND],
  }),
  'work-failed': ({ subject, what, detail, since }) => {
    const work = WORK_NAMES[String(subject)] ?? subject
    return {
      subject: `${work} is failing`,
      facts: [
        `${work} has failed at every attempt since ${alertTime(since)}.`,
        `Last error: ${detail} (${what}).`,
      ],
      impact: 'It is retried every minute. No work is lost.',
      nextSteps: [DOCTOR_COMMAND, STATUS_COMMAND],
    }
  },
  week: (values) => ({
    subject: `the week from ${values.from} to ${values.to}`,
    facts: weeklyReportLines(values),
    impact: '',
    nextSteps: [['digests status --date D', 'the totals of one date']],
  }),
  /** An incident has ended. */
  over: ({ kind, over, ...values }) => {
    const { subject, facts } = alertText(String(kind), values)!
    return {
      subject: `resolved: ${subject}`,
      facts: [`Resolved at ${alertTime(over)}.`, 'The alert was:', ...facts],
      impact: '',
      nextSteps: [STATUS_COMMAND],
    }
  },
}

const alertText = (kind: string, values: AlertValues): AlertText | undefined =>
  (TEXTS[`${kind} ${values.what}`] ?? TEXTS[kind])?.(values)
