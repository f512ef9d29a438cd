import { wrap } from '../../mail/templates/columns.ts'
import type { RenderedEmail } from '../../mail/templates/email.ts'
import { weekdayMinute } from './instants.ts'
import type { Notice, NoticeValues } from './notice.repo.ts'
import { runStopped } from './run-stopped.ts'
import { weekLines } from './week-lines.ts'
import { DOCTOR, SOURCES, STATUS, type Wording } from './wording.ts'

const NEXT = 'Next, run with `npm run -s cli --` (in the image: `daily-papers`):'

const WORDINGS: Record<string, (values: NoticeValues) => Wording> = {
  'run-stopped': runStopped,
  'source-stalled': sourceStalled,
  'day-not-closed': dayNotClosed,
  'work-failed': workFailed,
  'signups-limited': signupsLimited,
  over: isOver,
  week: (values) => ({
    subject: `the week from ${values.from} to ${values.to}`,
    facts: weekLines(values),
    meaning: '',
    next: [['digests status --date D', 'the totals of one date']],
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
}: NoticeValues): Wording {
  const failed = fault ? [`The last fetch failed: ${fault}${status ? ` (HTTP ${status})` : ''}.`] : []
  const meaning =
    'Digests are sent without papers from those days. Once the source has them, the next digest includes them.'
  if (what === 'no-fetch')
    return {
      subject: `source ${source} has not answered for a day`,
      facts: [`No successful fetch since ${weekdayMinute(since)}; ${failures} failed in a row.`, ...failed],
      meaning,
      next: [SOURCES],
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
    meaning,
    next: [SOURCES, [`papers fetch --date ${day}`, 'fetches it again']],
  }
}

function dayNotClosed({ date, plans, due, since }: NoticeValues): Wording {
  return {
    subject: `the digests of ${date} are not complete`,
    facts: [
      `${plans} plans of ${date} with ${due} subscribers are still open; the last should have finished by ${weekdayMinute(since)}.`,
    ],
    meaning:
      'Some of them may have no digest and no recorded reason. Usually no process with the role worker is running.',
    next: [[`digests status --date ${date}`, 'what is still open'], STATUS, DOCTOR],
  }
}

function signupsLimited({ said, since }: NoticeValues): Wording {
  return {
    subject: 'sign-ups are limited',
    facts: [
      `Since ${weekdayMinute(since)} the limit of sign-up emails for the site has been reached: ${said}.`,
    ],
    meaning:
      'New sign-ups get no confirmation email until then; a page asks them to try again. Subscribers still get their digests and the emails they ask for. A stranger may be signing up the addresses of others, or your site may just have become popular.',
    next: [['subscribers list --state pending', 'the latest unconfirmed sign-ups'], STATUS],
  }
}

const WORK: Record<string, string> = {
  ingest: 'fetching papers',
  plan: 'planning digests',
  'drain-answers': 'sending confirmations and links',
  'drain-digests': 'sending digests',
  'read-reports': 'processing bounces and complaints',
  'fetch-mailbox': 'fetching bounces and complaints',
}

function workFailed({ subject, what, said: text, since, count }: NoticeValues): Wording {
  if (what === 'idle')
    return {
      subject: 'email is not being sent: no worker is running',
      facts: [
        `Emails have been waiting since ${weekdayMinute(since)}, and no process with the role worker is running.`,
      ],
      meaning: 'No confirmations or digests are sent and no papers are fetched until a worker runs.',
      next: [['doctor', 'whether the processes are running'], STATUS],
    }
  if (what === 'unread')
    return {
      subject: 'bounces and complaints are not being processed',
      facts: [
        count === 1
          ? `A report has been waiting since ${weekdayMinute(since)}.`
          : `${count} reports are waiting, the oldest since ${weekdayMinute(since)}.`,
      ],
      meaning:
        'People who complained or unsubscribed by email still get digests, and emails still go to mailboxes that don’t exist. Nothing is lost: the reports are stored.',
      next: [
        ['bounces status', 'what is waiting and what has arrived'],
        ['bounces read', 'processes it now'],
        DOCTOR,
      ],
    }
  const work = WORK[String(subject)] ?? subject
  return {
    subject: `${work} is failing`,
    facts: [
      `${work} has failed at every attempt since ${weekdayMinute(since)}.`,
      `Last error: ${text} (${what}).`,
    ],
    meaning: 'It is retried every minute. No work is lost.',
    next: [DOCTOR, STATUS],
  }
}

/** What was told of, and is over. */
function isOver(values: NoticeValues): Wording {
  const before = WORDINGS[String(values.kind)]!(values)
  return {
    subject: `resolved: ${before.subject}`,
    facts: [`Resolved at ${weekdayMinute(values.over)}.`, 'The alert was:', ...before.facts],
    meaning: '',
    next: [STATUS],
  }
}

/** Subject without the name of the site. One that is over before it was told says so. */
export function writeNotice({ kind, values, overAt }: Notice): RenderedEmail {
  const wording = WORDINGS[kind]!(values)
  if (!overAt) return laidOut(wording)
  const facts = [...wording.facts, `Resolved at ${weekdayMinute(overAt.toISOString())}.`]
  return laidOut({ ...wording, subject: `resolved: ${wording.subject}`, facts, meaning: '' })
}

/** In one line. A kind that an older release told of is its own. */
export const noticeLine = (notice: Notice): string =>
  Object.hasOwn(WORDINGS, notice.kind) ? writeNotice(notice).subject : notice.kind

/** Several in one mail, a line each. */
export function writeRest(notices: Notice[]): RenderedEmail {
  const lines = notices.map(
    (notice) => `${weekdayMinute(notice.at.toISOString())}: ${writeNotice(notice).subject}`,
  )
  return laidOut({
    subject: `${notices.length} more alerts`,
    facts: ['More alerts than the hourly limit:', ...lines],
    meaning: '',
    next: [STATUS, SOURCES, DOCTOR],
  })
}

function laidOut({ subject, facts, meaning, next }: Wording): RenderedEmail {
  const widest = Math.max(...next.map(([command]) => command.length))
  const commands = next.map(([command, shows]) => `  ${command.padEnd(widest)}   ${shows}`)
  const paragraphs = [
    facts.map((fact) => (fact === '' || fact.startsWith('  ') ? fact : wrap(fact))).join('\n'),
    meaning && wrap(`For subscribers: ${meaning}`),
    [NEXT, ...commands].join('\n'),
  ]
  return { subject, text: `${paragraphs.filter(Boolean).join('\n\n')}\n` }
}
