import type { BatteryCase } from '../battery-case.ts'
import { bombingIsHeld } from './bombing.ts'
import { markupStaysText } from './markup.ts'
import { noRequestBreaksIt } from './mutated.ts'
import { headersOnEveryRoute, noOpenRedirect, nothingChangesOnGet } from './routes.ts'
import { timeTellsNothing } from './timing.ts'

/** What strangers may try at the doors of the site. */
export const doorsCases: BatteryCase[] = [
  {
    name: 'doors-headers',
    fault: 'every route, with good and garbled tokens',
    invariant: 'content policy without inline, no-store behind tokens, no cookie',
    run: headersOnEveryRoute,
  },
  {
    name: 'doors-safe-methods',
    fault: 'GET and HEAD of every route, with tokens that work',
    invariant: 'no row of any table but counters changes',
    run: nothingChangesOnGet,
  },
  {
    name: 'doors-redirects',
    fault: 'payloads in paths, queries, fields, Host',
    invariant: 'no answer leads elsewhere',
    run: noOpenRedirect,
  },
  {
    name: 'doors-mutated',
    fault: 'mutated requests',
    invariant: 'no 5xx, no trace',
    run: noRequestBreaksIt,
  },
  {
    name: 'doors-bombing',
    fault: 'sign-ups for one address and many, from one network and many',
    invariant: 'at most two mails per address and day',
    run: bombingIsHeld,
  },
  {
    name: 'doors-markup',
    fault: 'markup, bidi marks, NUL, javascript: in papers',
    invariant: 'text on every page and in every mail',
    run: markupStaysText,
  },
  {
    name: 'doors-timing',
    fault: 'known and unknown addresses, timed',
    invariant: 'Mann-Whitney p > 0.01, medians within 2 ms',
    run: timeTellsNothing,
  },
]
