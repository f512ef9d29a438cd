import {
  addDays,
  type Day,
  dayOf,
  instantOf,
  localDayOf,
  type Weekday,
  weekdayOf,
} from '../../../src/core/dates.ts'
import type { CaughtMail } from '../month/sink.ts'
import { votesAt } from './hf-days.ts'
import type { Month } from './month.ts'

// What each subscriber of a month with faults must have been offered, computed from what the services had and from the emails
// that came, without code of the program.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** What comes less than this before a reader's last email may be in the next one: a service is down for a day at most. */
const MARGIN_MS = 34 * HOUR_MS
const VOTES_FOR_DAYS = 13

export interface Reader {
  address: string
  zone: string
  hour: number
  /** Every day unless given. */
  days?: Weekday[]
  query: string
  follows: 'everything' | 'newer versions' | 'votes'
  confirmed: Date
}

export const MIN_VOTES = 20

interface Listed {
  day: Day
  at: number
}

export interface TruePaper {
  id: string
  /** The first day on which a service listed it as new or cross, and the instant. */
  listed?: Listed
  /** Every day on which it was listed as a newer version. */
  revised: Listed[]
  /** When it first had the votes. */
  risen?: number
}

const FEED_OPENS_MS = 5 * HOUR_MS

/** Everything that the services had in the month. */
export function truePapers({ hf, arxiv }: Month): TruePaper[] {
  const papers = new Map<string, TruePaper>()
  const paperOf = (id: string): TruePaper => {
    const paper = papers.get(id) ?? { id, revised: [] }
    papers.set(id, paper)
    return paper
  }
  const list = (id: string, day: Day, at: number) => {
    const paper = paperOf(id)
    const { listed } = paper
    paper.listed = {
      day: listed && listed.day < day ? listed.day : day,
      at: Math.min(listed?.at ?? at, at),
    }
  }
  for (const [day, announced] of Object.entries(arxiv)) {
    const at = Date.parse(`${day}T00:00:00Z`) + FEED_OPENS_MS
    for (const { id, version } of announced) {
      if (version) paperOf(id).revised.push({ day, at })
      else list(id, day, at)
    }
  }
  for (const [day, featured] of hf) {
    for (const paper of featured) {
      list(paper.id, day, paper.visibleAt)
      const risen = risenAt(paper)
      if (risen) paperOf(paper.id).risen = risen
    }
  }
  return [...papers.values()]
}

function risenAt(paper: Parameters<typeof votesAt>[0]): number | undefined {
  const end = paper.visibleAt + (VOTES_FOR_DAYS + 1) * 24 * HOUR_MS
  for (let at = paper.visibleAt; at < end; at += MINUTE_MS) {
    if (votesAt(paper, at) >= MIN_VOTES) return at
  }
  return undefined
}

export interface Offered {
  lost: string[]
  twice: string[]
  /** Offered to a reader whose topic it does not match, or before it does. */
  wrong: string[]
  /** In a later mail than the first one after it came. */
  late: string[]
}

export interface Judged {
  papers: readonly TruePaper[]
  mails: readonly CaughtMail[]
  /** When the service looked for the last time. */
  end: Date
}

/** What a reader's emails offered, compared with what they should have. */
export function judge(reader: Reader, { papers, mails, end }: Judged): Offered {
  const mine = mails.filter(({ to, kind }) => to === reader.address && kind === 'digest')
  const sent = mine.map(({ at, papers: ids }) => ({ at: Date.parse(at), ids }))
  const due = new Map(papers.flatMap((paper) => [[paper.id, dueFrom(reader, paper)] as const]))
  const dueAt = (id: string) => due.get(id) ?? Number.POSITIVE_INFINITY
  const firstMail = new Map(sent.toReversed().flatMap(({ at, ids }) => ids.map((id) => [id, at] as const)))
  const ids = sent.flatMap((mail) => mail.ids)
  const last = Math.max(lastDue(reader, end), ...sent.map(({ at }) => at))
  const couldHold = (id: string, at: number) => at >= dueAt(id) + MARGIN_MS
  return {
    lost: [...due.keys()].filter((id) => couldHold(id, last) && !firstMail.has(id)),
    twice: [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))],
    wrong: [...firstMail].filter(([id, at]) => dueAt(id) > at + MINUTE_MS).map(([id]) => id),
    late: [...firstMail]
      .filter(([id, first]) => sent.some(({ at }) => at < first && couldHold(id, at)))
      .map(([id]) => id),
  }
}

/** When a reader's last digest was due, if it had any paper. */
function lastDue({ zone, hour, days, confirmed }: Reader, end: Date): number {
  for (let day = localDayOf(end, zone); day >= dayOf(confirmed); day = addDays(day, -1)) {
    const at = instantOf(day, hour, zone)
    if (at <= end && (days?.includes(weekdayOf(day)) ?? true)) return at.getTime()
  }
  return 0
}

/** From when on a paper is for this reader; undefined if it never is. */
function dueFrom({ follows, confirmed }: Reader, { listed, revised, risen }: TruePaper): number | undefined {
  const isNew = ({ day }: Listed) => day >= dayOf(confirmed)
  if (follows === 'newer versions') {
    const news = revised.filter(isNew).map(({ at }) => at)
    return news.length > 0 ? Math.min(...news) : undefined
  }
  if (!listed || !isNew(listed)) return undefined
  if (follows === 'everything') return listed.at
  const isInTime = risen !== undefined && dayOf(new Date(risen)) <= addDays(listed.day, VOTES_FOR_DAYS)
  return isInTime ? Math.max(risen, listed.at) : undefined
}
