import type { DigestPaper } from '../../digests/digest-content.ts'
import type { Day } from '../../platform/dates.ts'
import type { DayCount } from './back-test.ts'
import type { Nothing, Preview, TopicPreview } from './preview-topics.ts'

/** A paper as programs are told of it. */
export interface ToldPaper {
  /** As in paths: "2507.06457". */
  id: string
  title: string
  day: Day
  votes: number | null
  reason: string | null
}

/** The preview of one query, for programs. */
export interface ToldPreview {
  query: string
  understood: string
  from: Day
  to: Day
  days: number
  total: number
  /** Every day, oldest first. */
  perDay: DayCount[]
  latest: ToldPaper[]
  nothing: (Omit<Nothing, 'nearest'> & { nearest: ToldPaper[] }) | null
}

export function toldPreview({ from, to, days }: Preview, topic: TopicPreview): ToldPreview {
  const { query, understood, total, perDay, latest, nothing } = topic
  return {
    ...{ query, understood, from, to, days, total, perDay },
    latest: latest.map(toldPaper),
    nothing: nothing && { ...nothing, nearest: nothing.nearest.map(toldPaper) },
  }
}

const toldPaper = ({ path, title, day, votes, reason }: DigestPaper): ToldPaper => ({
  id: decodeURIComponent(path.slice('/papers/'.length)),
  title: title.map(({ text }) => text).join(''),
  ...{ day, votes, reason },
})
