import { dayOf } from '../../src/core/dates.ts'
import { longDateWithoutYear } from '../../src/i18n/dates.ts'
import type { Demo, DigestsSent, NextDay } from './demo.ts'

export interface Addresses {
  site: string
  mailbox: string
  desk: string
  admin: string
}

export const USAGE = `Usage: npm run demo [-- OPTIONS]

The whole service on this computer, with sample papers and a mailbox that catches every email. The site is on port
3000, the mailbox on 3001 and the desk on 3002. If one of these is taken, another port is used and printed.

  --port N     put the site on port N, the mailbox on N+1 and the desk on N+2
  --no-open    do not open a browser
  --reset      forget the earlier demo and start again
  --check      walk from sign-up to unsubscribe without a terminal; exits 0 only if every step worked
  --json       print the addresses as one line of JSON, and nothing else
  --help       print this
`

export const KEYS = 'Keys: d send digests · n next day · o open the desk · q quit'

/** "Tuesday 24 November, 08:00" in UTC. */
export const minuteOf = (at: Date): string =>
  `${longDateWithoutYear(dayOf(at))}, ${at.toISOString().slice(11, 16)}`

/** What the terminal says once everything runs; `keys`: it takes single keys. */
export function welcome(
  { site, mailbox, desk, admin }: Addresses,
  { keys, now, password }: { keys: boolean; now: Date; password: string },
): string {
  return `
  Daily Papers demo                          the demo’s time is ${minuteOf(now)} UTC

  ├─ Desk     ${desk}    what to try, step by step
  ├─ Site     ${site}    today’s papers and the sign-up form
  ├─ Mailbox  ${mailbox}    every email arrives here; none leaves this computer
  └─ Admin    ${admin}    password: ${password}

  1. Subscribe on the site, with any address and a topic such as: linear attention
  2. Open the email in the mailbox and confirm. A welcome email follows.
  3. ${keys ? 'Press d here' : 'Press “Send digests” on the desk'}: the clock moves to your hour, and your digest arrives in the mailbox.
  4. ${keys ? 'Press n' : 'Press “Next day”'} for the next day’s papers, then send again.
${keys ? `\n  ${KEYS}\n` : ''}`
}

/** One line on what `sendDigests` did. `forNextDay`: how to get new papers. */
export function describeSent({ at, planned, nothingMatched }: DigestsSent, forNextDay: string): string {
  if (!at) return `No digest is due now. Subscribe and confirm first, or ${forNextDay} for new papers.`
  const sent =
    planned === 0
      ? 'No digest was sent.'
      : `${planned} ${planned === 1 ? 'digest was' : 'digests were'} sent.`
  const nothing =
    nothingMatched === 0
      ? ''
      : ` For ${nothingMatched} ${nothingMatched === 1 ? 'subscriber' : 'subscribers'}, no paper matched.`
  return `It is now ${minuteOf(at)} UTC. ${sent}${nothing}`
}

/** One line on what `nextDay` did. */
export function describeDay(next: NextDay | undefined, demo: Pick<Demo, 'now' | 'today'>): string {
  if (!next) return 'There are no more sample papers. Start again with: npm run demo -- --reset'
  const time = `${minuteOf(demo.now())} UTC`
  if (next.clockMoved)
    return `It is now ${time}. The papers of ${longDateWithoutYear(demo.today())} are on the site; their digests are not sent yet.`
  const [weekday] = longDateWithoutYear(demo.today()).split(' ')
  return `${weekday}’s papers are here now; their digests are not sent yet. The clock stays at ${time}: the last digests had moved it there.`
}
