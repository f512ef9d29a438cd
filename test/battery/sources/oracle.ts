import { addDays, type Day, dayOf } from '../../../src/platform/dates.ts'
import type { CaughtMail } from '../july/sink.ts'
import { votesAt } from './hf-days.ts'
import type { Month } from './month.ts'

// What each subscriber of a month with faults must have been offered, told from what the services had and from the mails
// that came, and from nothing of ours.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** What comes less than this before somebody's last mail may be in the next one: a service is down for a day at most. */
const MARGIN_MS = 34 * HOUR_MS
const VOTES_FOR_DAYS = 13

export interface Reader {
  address: string
  zone: string
  hour: number
  query: string
  follows: 'everything' | 'newer versions' | 'votes'
  confirmed: Date
}

export const LEAST_VOTES = 20

export interface TruePaper {
  id: string
  /** The first day on which a service listed it as new or cross, and the instant. */
  listed?: { day: Day; at: number }
  /** The first day on which it was listed as a newer version. */
  revised?: { day: Day; at: number }
  /** When it first had the votes. */
  risen?: number
}

const FEED_OPENS_MS = 5 * HOUR_MS

/** Everything that the services had in the month. */
export function truePapers({ hf, arxiv }: Month): TruePaper[] {
  const papers = new Map<string, TruePaper>()
  const see = (id: string, what: 'listed' | 'revised', day: Day, at: number) => {
    const paper = papers.get(id) ?? { id }
    papers.set(id, paper)
    const known = paper[what]
    paper[what] = { day: known && known.day < day ? known.day : day, at: Math.min(known?.at ?? at, at) }
  }
  for (const [day, announced] of Object.entries(arxiv)) {
    const at = Date.parse(`${day}T00:00:00Z`) + FEED_OPENS_MS
    for (const { id, version } of announced) see(id, version ? 'revised' : 'listed', day, at)
  }
  for (const [day, featured] of hf) {
    for (const paper of featured) {
      see(paper.id, 'listed', day, paper.visibleAt)
      const risen = risenAt(paper)
      if (risen) papers.get(paper.id)!.risen = risen
    }
  }
  return [...papers.values()]
}

function risenAt(paper: Parameters<typeof votesAt>[0]): number | undefined {
  const end = paper.visibleAt + (VOTES_FOR_DAYS + 1) * 24 * HOUR_MS
  for (let at = paper.visibleAt; at < end; at += MINUTE_MS) {
    if (votesAt(paper, at) >= LEAST_VOTES) return at
  }
  return undefined
}

export interface Offered {
  lost: string[]
  twice: string[]
  /** Offered to somebody whose topic it does not match. */
  wrong: string[]
}

/** What a reader's mails brought, beside what they should have. */
export function judge(reader: Reader, papers: readonly TruePaper[], mails: readonly CaughtMail[]): Offered {
  const mine = mails.filter(({ to }) => to === reader.address)
  const last = Math.max(0, ...mine.map(({ at }) => Date.parse(at)))
  const times = new Map<string, number>()
  for (const id of mine.flatMap((mail) => mail.papers)) times.set(id, (times.get(id) ?? 0) + 1)
  const must = papers.filter((paper) => isDue(reader, paper, last - MARGIN_MS)).map(({ id }) => id)
  const may = new Set(papers.filter((paper) => isDue(reader, paper, last)).map(({ id }) => id))
  return {
    lost: must.filter((id) => !times.has(id)),
    twice: [...times].filter(([, count]) => count > 1).map(([id]) => id),
    wrong: [...times.keys()].filter((id) => !may.has(id)),
  }
}

/** Whether a paper is for this reader by an instant. */
function isDue({ follows, confirmed }: Reader, { listed, revised, risen }: TruePaper, by: number): boolean {
  const isNew = ({ day }: { day: Day }) => day >= dayOf(confirmed)
  if (follows === 'newer versions') return revised !== undefined && isNew(revised) && revised.at <= by
  if (!listed || !isNew(listed) || listed.at > by) return false
  if (follows === 'everything') return true
  return risen !== undefined && risen <= by && dayOf(new Date(risen)) <= addDays(listed.day, VOTES_FOR_DAYS)
}
