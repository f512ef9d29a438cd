import { setTimeout as sleep } from 'node:timers/promises'
import type { DayTotals } from '../../src/digests/reconciliation.repo.ts'
import { at, EVERY_HOURS, hours, runHours } from './clock.ts'
import type { Lab } from './lab.ts'
import { messageIds } from './mails.ts'
import { memory } from './memory.ts'
import { ANNA, BEN } from './people.ts'
import { ask, enter, need, type Say, until } from './typing.ts'

const WEEK = ['01', '02', '03', '04', '05', '06', '07'].map((day) => `2025-07-${day}`)

export async function week(lab: Lab, say: Say): Promise<void> {
  const before = messageIds(lab).filter((id) => id.startsWith('<digest.')).length
  await runHours(lab, hours(WEEK[0]!, WEEK.length * 24), WEEK)
  say(`  papers fetched each day at 06:00 UTC; digests run every ${EVERY_HOURS} hours`)
  say('    date        due  nothing matched  planned  accepted  closed')
  let accepted = 0
  // In Asia the next date has begun before the week ends here.
  for (const date of [...WEEK, '2025-07-08']) {
    const books = await ask<DayTotals>(lab, ['digests', 'status', '--date', date], at('2025-07-09', 0))
    const { due, nothingMatched, planned } = books
    say(
      `    ${date}${[due, nothingMatched, planned, books.accepted, books.closed].map((v) => String(v).padStart(9)).join('')}`,
    )
    need(
      due === planned + nothingMatched + books.paused + books.missed,
      `the books of ${date} do not balance`,
    )
    need(planned === books.accepted && books.missed === 0, `a subscriber was missed on ${date}`)
    accepted += books.accepted
  }
  const arrived = messageIds(lab).filter((id) => id.startsWith('<digest.')).length - before
  need(arrived === accepted, `${accepted} accepted, ${arrived} at the relay`)
  need(new Set(messageIds(lab)).size === lab.relay.mails.length, 'a Message-ID came twice')
  say(`  the relay counts ${arrived} digests, each with a Message-ID of its own`)
}

export async function explain(lab: Lab, say: Say): Promise<void> {
  const now = at('2025-07-09', 0)
  const anna = await enter(lab, say, ['subscribers', 'explain', ANNA, '--date', '2025-07-01'], { now })
  need(/match/i.test(anna), 'the reason is missing')
  await enter(lab, say, ['subscribers', 'explain', BEN, '--date', '2025-07-01'], { now })
  await enter(lab, say, ['sources', 'status'], { now })
}

/** The service itself at the hour of most: what it takes in all its roles. */
export async function small(lab: Lab, say: Say): Promise<void> {
  const before = lab.relay.mails.length
  await runHours(lab, [at('2025-07-08', 6)], ['2025-07-08'])
  await startAt(lab, new Date('2025-07-08T09:59:40Z'))
  const due = 60
  await until(
    () => lab.relay.mails.length - before,
    (count) => count >= due,
  )
  await sleep(5000)
  const digests = lab.relay.mails.length - before
  need(digests >= due, `${digests} digests within two minutes`)
  say(`  300 subscribers, all roles in one process, ${digests} digests within minutes: ${await memory(lab)}`)
  await lab.compose.run(['stop', 'app'])
  await startAt(lab, new Date('2025-07-08T12:05:00Z'))
  await sleep(70_000)
  say(`  at rest, a minute after a start: ${await memory(lab)}`)
  await lab.compose.run(['stop', 'app'])
}

async function startAt({ compose }: Lab, now: Date): Promise<void> {
  const env = { YEAR_ENV: 'replay', YEAR_NOW: now.toISOString() }
  await compose.run(['up', '--detach', '--wait', '--force-recreate', '--no-deps', 'app'], undefined, env)
}
