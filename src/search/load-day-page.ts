import { type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import {
  countPapersListedOn,
  type NeighbourDays,
  neighbourDays,
  newestDayWithPapers,
  paperByName,
  papersListedOn,
} from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import { parsePaperName } from '../papers/paper-key.ts'

// Characters that a path may contain but the database rejects.
const NEVER_IN_NAME = /\p{Cc}/u

const PAPERS_PER_PAGE = 40

export interface DayPage extends NeighbourDays {
  day: Day
  today: Day
  /** The papers of one page, most votes first. */
  papers: Paper[]
  /** The number of papers on all pages. */
  count: number
  /** From 1. */
  page: number
  pages: number
  /** The position of the page's first paper among all papers of the day, from 1. */
  first: number
}

/** One page of a day, even if it has no papers, and the nearest days with papers. Throws page.not-found. */
export async function loadDayPage(
  deps: Deps,
  { day, page = 1 }: { day: Day; page?: number },
): Promise<DayPage> {
  const { db, clock } = deps
  const count = await countPapersListedOn(db, day)
  const pages = Math.max(1, Math.ceil(count / PAPERS_PER_PAGE))
  if (page > pages) throw new Fault('page.not-found')
  const skip = (page - 1) * PAPERS_PER_PAGE
  const papers = await papersListedOn(db, day, { skip, take: PAPERS_PER_PAGE })
  const neighbours = await neighbourDays(db, day)
  return { day, today: dayOf(clock.now()), papers, count, page, pages, first: skip + 1, ...neighbours }
}

/** The newest day with papers; today if there is no such day. */
export async function loadNewestDayPage(deps: Deps): Promise<DayPage> {
  const today = dayOf(deps.clock.now())
  const newest = await newestDayWithPapers(deps.db, { upTo: today })
  return loadDayPage(deps, { day: newest ?? today })
}

/** A paper by its name in paths. Throws page.not-found, and paper.not-here for an unknown arXiv id or DOI. */
export async function loadPaperByName({ db }: Deps, { name }: { name: string }): Promise<Paper> {
  const paper = NEVER_IN_NAME.test(name) ? null : await paperByName(db, name)
  if (paper) return paper
  const key = parsePaperName(name)
  if (key?.scheme !== 'arxiv' && key?.scheme !== 'doi') throw new Fault('page.not-found')
  throw new Fault('paper.not-here', { name: key.scheme === 'doi' ? `doi:${key.value}` : key.value })
}
