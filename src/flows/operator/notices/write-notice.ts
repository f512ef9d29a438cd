import { wrap } from '../../../emails/columns.ts'
import type { RenderedEmail } from '../../../emails/email.ts'
import type { Notice, NoticeValues } from '../../../platform/notice-store.ts'
import { weekdayMinute } from './instants.ts'
import { runStopped } from './run-stopped.ts'
import { weekLines } from './week-lines.ts'
import { DOCTOR, SOURCES, STATUS, type Wording } from './wording.ts'

const NEXT = 'Next, each after `npm run -s cli --` (in the image: `daily-papers`):'

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
    next: [['digests status --date D', 'the books of one date']],
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
    'Digests go out without papers of those days; once the source has them, the next digest carries them.'
  if (what === 'no-fetch')
    return {
      subject: `source ${source} has not answered for a day`,
      facts: [`No good fetch since ${weekdayMinute(since)}, ${failures} failed in a row.`, ...failed],
      meaning,
      next: [SOURCES],
    }
  return {
    subject: `source ${source} had no papers on ${day}`,
    facts: [
      reason === 'repeated'
        ? `${source} answers, but for ${day}, a working day, it gave nothing but the papers of another day.`
        : `${source} answers, but ${day}, a working day, ended without a paper.`,
      newest ? `The newest day with papers is ${newest}.` : 'No day of the last two weeks has papers.',
      ...failed,
    ],
    meaning,
    next: [SOURCES, [`papers fetch --date ${day}`, 'asks once more']],
  }
}

function dayNotClosed({ date, plans, due, since }: NoticeValues): Wording {
  return {
    subject: `the books of ${date} did not close`,
    facts: [
      `${plans} plans of ${date} with ${due} subscribers are still open; the last ought to have closed at ${weekdayMinute(since)}.`,
    ],
    meaning:
      'Some of them may have got no digest and no recorded reason. As a rule no process with the role worker runs.',
    next: [[`digests status --date ${date}`, 'what is open'], STATUS, DOCTOR],
  }
}

function signupsLimited({ said, since }: NoticeValues): Wording {
  return {
    subject: 'sign-ups are limited',
    facts: [`Since ${weekdayMinute(since)} all sign-up emails that the site may send are used up: ${said}.`],
    meaning:
      'New people get no confirmation email until it is over; a page asks them to try again. Subscribers get their digests and the emails that they ask for. A stranger may be signing up the addresses of others, or your site may just have become popular.',
    next: [['subscribers list --state pending', 'who signed up last and did not confirm'], STATUS],
  }
}

const WORK: Record<string, string> = {
  ingest: 'fetching papers',
  plan: 'planning digests',
  'drain-answers': 'sending answers',
  'drain-digests': 'sending digests',
  'read-reports': 'reading what comes back',
  'fetch-mailbox': 'fetching what comes back',
}

function workFailed({ subject, what, said: text, since, count }: NoticeValues): Wording {
  if (what === 'idle')
    return {
      subject: 'nobody sends mail: no process with the role worker is there',
      facts: [`A nudge to send mail waits since ${weekdayMinute(since)}, and nobody takes it.`],
      meaning: 'No confirmation and no digest goes out, and no papers are fetched, until a worker runs.',
      next: [['doctor', 'whether processes tick and work'], STATUS],
    }
  if (what === 'unread')
    return {
      subject: 'what comes back is not read',
      facts: [
        count === 1
          ? `A report on mail waits since ${weekdayMinute(since)}, and nobody reads it.`
          : `${count} reports on mail wait, the oldest since ${weekdayMinute(since)}, and nobody reads them.`,
      ],
      meaning:
        'Who complained or unsubscribed by mail still gets digests, and mail goes on to mailboxes that are not there. Nothing is lost: what came in stays written down.',
      next: [['bounces status', 'what waits, and what came'], ['bounces read', 'reads it now'], DOCTOR],
    }
  const work = WORK[String(subject)] ?? subject
  return {
    subject: `${work} fails`,
    facts: [
      `${work} has failed since ${weekdayMinute(since)} at every try.`,
      `The last fault: ${text} (${what}).`,
    ],
    meaning: 'It is tried again every minute. What was to be done stays written down.',
    next: [DOCTOR, STATUS],
  }
}

/** What was told of, and is over. */
function isOver(values: NoticeValues): Wording {
  const before = WORDINGS[String(values.kind)]!(values)
  return {
    subject: `over: ${before.subject}`,
    facts: [`Over since ${weekdayMinute(values.over)}.`, 'What was told before:', ...before.facts],
    meaning: '',
    next: [STATUS],
  }
}

/** Subject without the name of the site. One that is over before it was told says so. */
export function writeNotice({ kind, values, overAt }: Notice): RenderedEmail {
  const wording = WORDINGS[kind]!(values)
  if (!overAt) return laidOut(wording)
  const facts = [...wording.facts, `It is over since ${weekdayMinute(overAt.toISOString())}.`]
  return laidOut({ ...wording, subject: `over: ${wording.subject}`, facts, meaning: '' })
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
    subject: `${notices.length} more notices`,
    facts: ['There was more to tell than goes out in an hour:', ...lines],
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
