import { wrap } from '../../../emails/columns.ts'
import type { RenderedEmail } from '../../../emails/email.ts'
import type { Notice, NoticeValues } from '../../../platform/notice-store.ts'
import { weekdayMinute } from './instants.ts'
import { weekLines } from './week-lines.ts'

/** A notice in words: what happened, what it means for subscribers, what to run next. */
interface Wording {
  subject: string
  facts: string[]
  meaning: string
  /** Commands, each with what it shows. */
  next: [command: string, shows: string][]
}

const NEXT = 'Next, each after `npm run -s cli --` (in the image: `daily-papers`):'

const STATUS: Wording['next'][number] = ['delivery status', 'whether mail goes out, and what waits']
const DOCTOR: Wording['next'][number] = ['doctor', 'asks the mail server, says what to mend']
const RESUME: Wording['next'][number] = ['delivery resume', 'hands mail over again, once it is mended']
const SOURCES: Wording['next'][number] = ['sources status', 'each day of each source, and the next try']

const WORDINGS: Record<string, (values: NoticeValues) => Wording> = {
  'run-stopped': runStopped,
  'source-stalled': sourceStalled,
  'day-not-closed': dayNotClosed,
  'work-failed': workFailed,
  over: isOver,
  week: (values) => ({
    subject: `the week from ${values.from} to ${values.to}`,
    facts: weekLines(values),
    meaning: '',
    next: [['digests status --date D', 'the books of one date']],
  }),
}

const WHY_STOPPED: Record<string, string> = {
  'login-refused': 'the mail server refuses the login',
  'tls-refused': 'no encrypted connection to the mail server',
  unreachable: 'the mail server cannot be reached',
  'refused-alike': 'ten refusals in a row, all alike',
}

const said = (text: NoticeValues[string] | undefined): string[] =>
  text ? [`What came back last: ${text}`] : []

function runStopped({ subject, what, said: answer, since }: NoticeValues): Wording {
  if (what === 'restored')
    return {
      subject: 'this database was restored, and waits for you',
      facts: [`Since ${weekdayMinute(since)}: a copy from a backup was started. Delivery is paused.`],
      meaning:
        'Nothing is planned or handed over until you say so, since nobody knows here what went out after the backup.',
      next: [['delivery resume --dry-run', 'what ends then, and what goes on'], STATUS],
    }
  const why = WHY_STOPPED[String(what)] ?? String(what)
  const isPaused = what === 'refused-alike' && subject === 'digests'
  return {
    subject: `delivery stopped, ${why}`,
    facts: [
      `Since ${weekdayMinute(since)}: ${why}.`,
      ...said(answer),
      ...(isPaused ? ['Delivery is paused.'] : []),
    ],
    meaning:
      subject === 'answers'
        ? 'Confirmations and links to settings do not go out. They are tried again every minute, each until its deadline.'
        : isPaused
          ? 'No mail goes out until you resume it. Digests that are not handed over within 20 hours of their hour are given up; their papers come with the next ones.'
          : 'Digests do not go out. They are tried again every minute, each until 20 hours after its hour.',
    next: [DOCTOR, STATUS, ...(isPaused ? [RESUME] : [])],
  }
}

function sourceStalled({ source, what, since, failures, status, fault, day, newest }: NoticeValues): Wording {
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
      `${source} answers, but ${day}, a working day, ended without a paper.`,
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

const WORK: Record<string, string> = {
  ingest: 'fetching papers',
  plan: 'planning digests',
  'drain-answers': 'sending answers',
  'drain-digests': 'sending digests',
}

function workFailed({ subject, what, said: text, since }: NoticeValues): Wording {
  if (what === 'idle')
    return {
      subject: 'nobody sends mail: no process with the role worker is there',
      facts: [`A nudge to send mail waits since ${weekdayMinute(since)}, and nobody takes it.`],
      meaning: 'No confirmation and no digest goes out, and no papers are fetched, until a worker runs.',
      next: [['doctor', 'whether processes tick and work'], STATUS],
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
