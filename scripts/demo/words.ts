import type { Day } from '../../src/platform/dates.ts'
import type { DigestsSent } from './demo.ts'

export interface Addresses {
  site: string
  mailbox: string
  desk: string
}

/** What the terminal says once everything runs. */
export function welcome(
  { site, mailbox, desk }: Addresses,
  { keys, day }: { keys: boolean; day: Day },
): string {
  return `
  Daily Papers demo                          it is ${day}, 07:00 UTC

  ├─ Site     ${site}    today's papers, and the form to subscribe
  ├─ Mailbox  ${mailbox}    every mail lands here, none leaves
  └─ Desk     ${desk}    what to try, and buttons for the two keys below

  1. Subscribe on the site, with any address and a topic such as: linear attention
  2. Open the mail in the mailbox and press its button, then the one on the page. A welcome lands beside it.
  3. ${keys ? 'Press d here' : 'Press "Send today\'s digests" on the desk'}: the clock moves to your hour, and the digest lands in the mailbox.
${keys ? '\n  Keys  d today’s digests now · t bring tomorrow · o open the desk · q quit\n' : ''}`
}

/** One line on what `sendDigests` did. */
export function describeSent({ at, planned, nothingMatched }: DigestsSent): string {
  if (!at) return 'Nobody has a digest coming today. Subscribe and confirm first, or bring tomorrow.'
  const nothing = nothingMatched > 0 ? ` For ${nothingMatched} nothing matched.` : ''
  return `It is ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC: ${planned} ${planned === 1 ? 'digest' : 'digests'} in the mailbox.${nothing}`
}

/** One line on what `bringTomorrow` did. */
export const describeDay = (came: boolean, day: Day): string =>
  came
    ? `It is ${day}, 07:00 UTC: new papers are on the site.`
    : 'The sample papers end here. Start anew with: npm run demo -- --reset'
