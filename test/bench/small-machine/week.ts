import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import { addDays, type Day, HOUR_MS } from '../../../src/core/dates.ts'
import { NUDGES } from '../../../src/core/queue.ts'
import type { DayTotals } from '../../../src/digests/reconciliation.repo.ts'
import { bring } from '../../battery/bounces/client.ts'
import { deliveryReport } from '../../support/bounce-emails.ts'
import type { SinkMail } from '../../support/smtp-sink.ts'
import { eventually } from '../../support/until.ts'
import { queryServer } from '../send/run-measured.ts'
import type { Lab } from './lab.ts'

const STEP_HOURS = 3
/** Of Sunday, in California. */
const LAST_HOURS = 12
const NOON = 12
const SETTLE = { seconds: 180 }
const SIGNUPS_A_DAY = 5
const REPORTS_A_DAY = 2
const SEARCHES = [
  'attention',
  'diffusion',
  'robots',
  'RAG',
  'title:mamba',
  'cat:cs.LG',
  'agents OR reasoning',
  'speech',
  '"language model" -survey',
  'votes>=20',
  'video generation',
  'author:Smith',
]
const PAGES = ['/', '/feed.xml', '/papers/trending', '/og/site.png', '/about', '/status']

/** What people and the operator did, and how much of it came out as it must. */
export interface Week {
  days: DayTotals[]
  /** That the mail server accepted, also of the days before and after the week. */
  digests: number
  twice: number
  /** Responses with the status that was expected, of all. */
  searches: { fine: number; all: number }
  pages: { fine: number; all: number }
  signups: { confirmed: number; all: number }
  reports: number
  suppressed: number
  /** The last instant that was reached. */
  until: string
}

export const emptyWeek = (): Week => ({
  days: [],
  digests: 0,
  twice: 0,
  searches: { fine: 0, all: 0 },
  pages: { fine: 0, all: 0 },
  signups: { confirmed: 0, all: 0 },
  reports: 0,
  suppressed: 0,
  until: '',
})

/**
 * Every three hours of the week: the schedule's nudges, until nothing is left to do. At noon, people search, read and sign
 * up, two emails come back, and the operator looks at the day before. Counts into `week`.
 */
export async function liveThroughWeek(lab: Lab, days: readonly Day[], week: Week): Promise<void> {
  const begin = Date.parse(`${days[0]}T00:00:00Z`)
  for (let hour = 0; hour <= days.length * 24 + LAST_HOURS; hour += STEP_HOURS) {
    lab.moveTo(new Date(begin + hour * HOUR_MS))
    for (const nudge of NUDGES) await lab.queue.nudge(nudge)
    await settled(lab)
    week.until = new Date(begin + hour * HOUR_MS).toISOString()
    const day = days[Math.floor(hour / 24)]
    if (hour % 24 === NOON && day) await liveThroughNoon(lab, week, day)
  }
  for (const day of days) week.days.push(await totalsOf(lab, day))
  const ids = digestsAt(lab).map(({ messageId }) => messageId)
  week.digests = ids.length
  week.twice = ids.length - new Set(ids).size
  const [row] = await queryServer<{ count: number }>(
    lab.url,
    'select count(*)::int as count from suppression',
  )
  week.suppressed = row!.count
}

/** No nudge waits or is worked on. */
async function settled({ url }: Lab): Promise<void> {
  const isIdle = async () => {
    const text = `select count(*)::int as count from pgboss.job where name = any($1) and state in ('created', 'retry', 'active')`
    const [row] = await queryServer<{ count: number }>(url, text, [NUDGES])
    return row!.count === 0
  }
  // One kind of work nudges another when it ends.
  do {
    await eventually(isIdle, SETTLE)
    await sleep(200)
  } while (!(await isIdle()))
}

async function liveThroughNoon(lab: Lab, week: Week, day: Day): Promise<void> {
  await count(
    week.searches,
    SEARCHES.map((query) => `/papers?q=${encodeURIComponent(query)}`),
    lab,
  )
  await count(week.pages, [...PAGES, `/papers/date/${day}`, `/og/papers/date/${day}.png`], lab)
  for (let n = 0; n < SIGNUPS_A_DAY; n++) {
    week.signups.all++
    if (await signUp(lab, `person-${day}-${n}@lab.example`)) week.signups.confirmed++
  }
  const returned = digestsAt(lab).slice(-REPORTS_A_DAY)
  const reports = returned.map(({ from, to }) => ({
    to: from,
    raw: deliveryReport({ recipient: to, said: '550 5.1.1 User unknown' }),
  }))
  week.reports += (await bring(reports, { port: lab.lmtpPort, channel: 'lmtp' })).taken.length
  await totalsOf(lab, addDays(day, -1))
}

const totalsOf = async (lab: Lab, day: Day): Promise<DayTotals> =>
  JSON.parse(await lab.command(['digests', 'status', '--date', day, '--json']))

const digestsAt = ({ sink }: Lab): SinkMail[] =>
  sink.accepted.filter(({ messageId }) => messageId.startsWith('digest.'))

let requests = 0

/** As a proxy passes on a request from a network of its own. */
function ask({ site }: Lab, path: string, form?: Record<string, string>): Promise<Response> {
  const headers = { 'x-forwarded-for': `11.${(++requests >> 8) & 255}.${requests & 255}.1` }
  const body = form && { method: 'POST', body: new URLSearchParams(form) }
  return fetch(`${site}${path}`, { headers, redirect: 'manual', ...body })
}

async function count(
  counted: { fine: number; all: number },
  paths: readonly string[],
  lab: Lab,
): Promise<void> {
  for (const path of paths) {
    const response = await ask(lab, path)
    await response.arrayBuffer()
    counted.all++
    if (response.status === 200) counted.fine++
    else console.error(`${response.status} for ${path}`)
  }
}

/** Form, confirmation email, button. */
async function signUp(lab: Lab, email: string): Promise<boolean> {
  const asked = await ask(lab, '/subscribe', { email, topic: 'reasoning' })
  if (asked.status !== 303) return false
  const mail = await eventually(() => lab.sink.accepted.find(({ to }) => to === email), SETTLE)
  const { text } = await simpleParser(mail.text)
  const confirmed = await ask(lab, text?.match(/\/confirm\/\S+/)?.[0] ?? '/', {})
  return confirmed.status === 303
}
