import type { Database } from '../../core/database/database.ts'
import { MINUTE_MS } from '../../core/dates.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import { readSwitch } from '../../core/switch.repo.ts'
import { claimTick } from '../../core/tick.repo.ts'
import { restartPermits } from '../../limits/permits.repo.ts'
import { ALL_EMAIL } from '../../limits/send-rate.ts'
import { LANES, type Lane } from '../message.ts'

/** This many emails in a row without a reply pause a lane, in every process. */
export const MAX_MISSING_REPLIES = 5

/** Its row in table switch: `value` is the count, `reason` the last error, `at` the first missing reply. */
const switchName = (lane: Lane): string => `missing replies ${lane}`

/** The beginning of the incident's name; the lane follows. */
export const UNANSWERED_INCIDENT = 'unanswered '

const incidentName = (lane: Lane): string => UNANSWERED_INCIDENT + lane

/** How many emails in a row the mail server took without a reply to the body, over all runs and processes. */
export const countMissingReplies = async (db: Database, lane: Lane): Promise<number> =>
  Number((await readSwitch(db, switchName(lane)))?.value ?? 0)

/** A claim: counts one more; with `atLeast`, to that number. Returns the number. */
export async function addMissingReply(
  db: Database,
  lane: Lane,
  { reply, at, atLeast = 1 }: { reply: string; at: Date; atLeast?: number },
): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    insert into switch as s (name, value, reason, at)
    values (${switchName(lane)}, ${atLeast}::int::text, ${reply}, ${at})
    on conflict (name) do update set
      value = greatest(s.value::int + 1, excluded.value::int)::text, reason = excluded.reason
    returning value::int as count`
  return row!.count
}

/** Opens the incident of a paused lane, or updates it. The email that was just tried counts as that of this minute. */
export async function recordUnanswered(
  db: Database,
  lane: Lane,
  { detail, at }: { detail: string; at: Date },
): Promise<void> {
  await recordIncident(db, { name: incidentName(lane), what: 'unanswered', detail, since: at })
  await claimProbe(db, lane, at)
}

/** The server replied: the count starts again. A paused lane resumes, slowly at first; then returns true. */
export async function forgetMissingReplies(db: Database, lane: Lane): Promise<boolean> {
  const wasPaused = (await countMissingReplies(db, lane)) >= MAX_MISSING_REPLIES
  if (wasPaused) {
    await restartPermits(db, ALL_EMAIL)
    await endIncident(db, incidentName(lane))
  }
  await db.switch.deleteMany({ where: { name: switchName(lane) } })
  return wasPaused
}

const PROBE_SECONDS = 60

/** True for one process in each minute, while a lane is paused. */
export function claimProbe(db: Database, lane: Lane, now: Date): Promise<boolean> {
  const minute = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS)
  return claimTick(db, `probe ${lane}`, minute, { againAfterSeconds: PROBE_SECONDS })
}

export interface UnansweredLane {
  lane: Lane
  /** How many emails in a row have no reply; at least MAX_MISSING_REPLIES, also if they were not in a row. */
  emails: number
  /** What happened instead of the last reply, without addresses. */
  detail: string
  /** When the first of them was taken. */
  since: Date
}

/** The lanes that are paused because the mail server takes emails and does not reply. */
export async function unansweredLanes(db: Database): Promise<UnansweredLane[]> {
  const rows = await db.switch.findMany({ where: { name: { in: LANES.map(switchName) } } })
  return LANES.flatMap((lane) => {
    const row = rows.find(({ name }) => name === switchName(lane))
    const emails = Number(row?.value ?? 0)
    return row && emails >= MAX_MISSING_REPLIES ? [{ lane, emails, detail: row.reason, since: row.at }] : []
  })
}
