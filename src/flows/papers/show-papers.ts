import type { Paper } from '../../papers/paper.ts'
import {
  type NeighbourDays,
  neighbourDays,
  newestDayWithPapers,
  paperByName,
  papersListedOn,
} from '../../papers/paper-store.ts'
import { type Day, dayOf } from '../../platform/dates.ts'
import { Fault } from '../../platform/errors.ts'
import type { Deps } from '../../wiring.ts'

// What a path can carry and the database refuses.
const NEVER_IN_NAME = /\p{Cc}/u

export interface DayOfPapers extends NeighbourDays {
  day: Day
  /** Most votes first. */
  papers: Paper[]
}

/** A day, perhaps without papers, and the nearest days that have some. */
export async function showDay({ db }: Deps, { day }: { day: Day }): Promise<DayOfPapers> {
  const [papers, neighbours] = [await papersListedOn(db, day), await neighbourDays(db, day)]
  return { day, papers, ...neighbours }
}

/** The newest day that has papers; today where there is none yet. */
export async function showNewestDay(deps: Deps): Promise<DayOfPapers> {
  const today = dayOf(deps.clock.now())
  const newest = await newestDayWithPapers(deps.db, { upTo: today })
  return showDay(deps, { day: newest ?? today })
}

/** A paper by its name in paths. Throws page.not-found. */
export async function showPaper({ db }: Deps, { name }: { name: string }): Promise<Paper> {
  const paper = NEVER_IN_NAME.test(name) ? null : await paperByName(db, name)
  if (!paper) throw new Fault('page.not-found')
  return paper
}
