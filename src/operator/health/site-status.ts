import { addDays, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { newestClosedDate } from '../../digests/reconciliation.repo.ts'
import type { PublicNotice } from './condition.ts'
import { findProblems } from './conditions.ts'
import { readHealthFacts } from './facts.ts'

const DAYS = 7
/** Digests go out in spite of these. */
const BESIDE_SENDING: PublicNotice[] = ['domains', 'papers', 'signups', 'links', 'reports']

export type SiteStatus = Awaited<ReturnType<typeof siteStatus>>

/** The public status of the service: it names no person, server or reason. Counts no message. */
export async function siteStatus(deps: Deps) {
  const facts = await readHealthFacts(deps)
  const from = addDays(dayOf(facts.now), 1 - DAYS)
  const problems = noticesOf(findProblems(facts))
  return {
    now: facts.now,
    problems,
    isSending: problems.every(({ notice }) => BESIDE_SENDING.includes(notice)),
    /** The newest date whose digests are all accounted for. */
    newestClosedDate: await newestClosedDate(deps.db),
    sources: facts.sources.map((source) => ({
      ...source,
      days: source.days.filter(({ day }) => day >= from),
    })),
  }
}

/** Each notice once, with the earliest time since when. */
function noticesOf(problems: ReturnType<typeof findProblems>): { notice: PublicNotice; since: Date }[] {
  const notices = new Map<PublicNotice, Date>()
  for (const { notice, finding } of problems) {
    if (!notice) continue
    const before = notices.get(notice)
    if (!before || finding.since < before) notices.set(notice, finding.since)
  }
  return [...notices].map(([notice, since]) => ({ notice, since }))
}
