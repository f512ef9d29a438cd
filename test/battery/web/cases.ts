import type { BatteryCase } from '../battery-case.ts'
import { adminIsShut } from './admin.ts'
import { bombingIsHeld } from './bombing.ts'
import { noQueryStopsIt, stopsWith } from './costly.ts'
import { othersReadOn, othersWaitWith as othersWaitForPreviewsWith } from './crowded.ts'
import { headersHold } from './headers.ts'
import { visitsAmongIdleBodies, visitsRefusedWith } from './idle-bodies.ts'
import { libraryStopsWith, noLibraryStopsIt } from './libraries.ts'
import { markupStaysText } from './markup.ts'
import { noRequestBreaksIt } from './mutated.ts'
import { othersGoOn, othersWaitWith } from './one-link-pressed.ts'
import { noOpenRedirect } from './redirects.ts'
import { nothingChangesOnGet } from './safe-methods.ts'
import { runSiteCheck, runWrongSite, type SiteCheck } from './site-check.ts'
import { spellingsAreHeld } from './spellings.ts'
import { timeTellsNothing } from './timing.ts'
import { nothingTypedIsLost } from './typed.ts'
import { WRONG_SITES } from './wrong-sites.ts'

const CAUGHT = 'must be caught'

const siteCase = (name: string, fault: string, invariant: string, check: SiteCheck): BatteryCase => ({
  name: `web-${name}`,
  fault,
  invariant,
  run: (profile) => runSiteCheck(check, profile),
})

/** Passes if the check finds the fault. */
const wrongCases = Object.entries(WRONG_SITES).map(
  ([name, { check, fault, sees, ...wrong }]): BatteryCase => ({
    name,
    fault: `a wrong variant: ${fault}`,
    invariant: CAUGHT,
    run: () => runWrongSite(check, wrong, sees),
  }),
)

const WRONG_COSTS: Record<string, { real: string; fault: string }> = {
  'describes-twice': {
    real: 'src/queries/language/describe-query.ts',
    fault: 'each part of a query is described four times at each level of its nesting',
  },
}

const wrongCosts = Object.entries(WRONG_COSTS).map(
  ([name, { real, fault }]): BatteryCase => ({
    name: `web-deep-queries-wrong-${name}`,
    fault: `a wrong variant: ${fault}`,
    invariant: CAUGHT,
    run: () => stopsWith({ real, wrong: `test/battery/web/wrong-parts/${name}.ts` }),
  }),
)

/** `sees` is in the fault that the row must find. */
const WRONG_CROWDS: Record<string, { real: string; fault: string; sees: RegExp }> = {
  'searches-in-main-thread': {
    real: 'src/search/in-search-thread.ts',
    fault: 'searches run in the main thread',
    sees: /^the (main thread|site) computed/,
  },
  'network-per-search': {
    real: 'src/search/for-visitor.ts',
    fault: 'each search counts for a network of its own',
    sees: /none of them was too many/,
  },
}

const wrongCrowds = Object.entries(WRONG_CROWDS).map(
  ([name, { real, fault, sees }]): BatteryCase => ({
    name: `web-expensive-previews-wrong-${name}`,
    runsAlone: true,
    fault: `a wrong variant: ${fault}`,
    invariant: CAUGHT,
    run: () => othersWaitForPreviewsWith({ real, wrong: `test/battery/web/wrong-parts/${name}.ts` }, sees),
  }),
)

/** What strangers may try at the site. */
export const webCases: BatteryCase[] = [
  siteCase(
    'headers',
    'requests of every page and button, valid and invalid',
    'a content policy and no inline scripts or styles, no-store behind tokens, no cookie',
    headersHold,
  ),
  siteCase(
    'safe-methods',
    'GET and HEAD with links whose button would change something',
    'no row of any table changes, except counters',
    nothingChangesOnGet,
  ),
  siteCase(
    'redirects',
    'addresses of other sites in paths, queries, fields, headers',
    'no response redirects to another site',
    noOpenRedirect,
  ),
  siteCase(
    'fuzzed-requests',
    'mutated requests, broken tokens',
    'no 5xx, no stack trace, no row changes without a valid token',
    noRequestBreaksIt,
  ),
  siteCase(
    'email-bombing',
    'emails requested with addresses and links of other people',
    'at most two emails per address and day',
    bombingIsHeld,
  ),
  {
    name: 'web-expensive-previews',
    runsAlone: true,
    fault: '30 very expensive previews at once from one network, then 4 and 30 from each of 20',
    invariant:
      'some are made, the others get 429 or 503, Retry-After and their form; the site computes for at most 0.3 s while another visitor waits for GET /, and for 50 ms at once in the main thread',
    run: othersReadOn,
  },
  ...wrongCrowds,
  siteCase(
    'address-spellings',
    'emails requested with new spellings of one address, over forty days',
    'days 0, 1, 2, 9, 15, 22, 40: 2 2 0 2 0 0 1 emails; two a day to a subscriber’s own address',
    spellingsAreHeld,
  ),
  siteCase(
    'markup',
    'markup, bidi marks, NUL, javascript: in papers and topics',
    'they are text on every page and in every email',
    markupStaysText,
  ),
  siteCase(
    'admin',
    'admin pages without a login, forms without a token, hostile values',
    'the login page, 403, text; no row changes',
    adminIsShut,
  ),
  siteCase(
    'forms',
    'every form with fields, filled in wrongly',
    'a sentence says what to do, and the form keeps what was typed',
    nothingTypedIsLost,
  ),
  {
    name: 'web-deep-queries',
    runsAlone: true,
    fault: 'the deepest and longest queries, in searches, previews, feeds, forms',
    invariant: 'a page, or a refusal with a reason; at most 100 ms of CPU time at once in the main thread',
    run: noQueryStopsIt,
  },
  {
    name: 'web-slow-libraries',
    runsAlone: true,
    fault: 'four libraries that take long to read, at once, from two networks',
    invariant:
      'each at most 3 s of CPU time, at most 100 ms at once in the main thread; pages of others p95 at most 0.3 s, searches wait for one library',
    run: () => noLibraryStopsIt(),
  },
  {
    name: 'web-slow-libraries-wrong-reads-without-end',
    runsAlone: true,
    fault: 'a wrong variant: a library is read without a limit',
    invariant: CAUGHT,
    run: () => {
      const wrong = 'test/battery/features/library/reads-without-end.ts'
      return libraryStopsWith({ real: 'src/features/library/library-reader.ts', wrong })
    },
  },
  {
    name: 'web-timing',
    runsAlone: true,
    fault: 'requests with known and unknown addresses, timed',
    invariant: 'Mann-Whitney p > 0.01, medians within 2 ms',
    run: timeTellsNothing,
  },
  {
    name: 'web-idle-bodies',
    fault: '300 request bodies from 30 networks and 8 uploads that never arrive',
    invariant: 'no page, search, sign-up, upload or API call of another visitor is refused',
    run: visitsAmongIdleBodies,
  },
  {
    name: 'web-idle-bodies-wrong-refuses-new-bodies',
    fault: 'a wrong variant: new bodies are refused while others are idle',
    invariant: CAUGHT,
    run: () =>
      visitsRefusedWith({
        real: 'src/web/body-places.ts',
        wrong: 'test/battery/web/wrong-parts/refuses-new-bodies.ts',
      }),
  },
  {
    name: 'web-one-link-flood',
    runsAlone: true,
    fault: '250 requests of one button behind one link at once',
    invariant:
      'the site computes for at most 0.3 s while another visitor waits for GET /; every one-click unsubscribe gets 200 before 20 more requests are done',
    run: othersGoOn,
  },
  {
    name: 'web-one-link-flood-wrong-no-link-limit',
    runsAlone: true,
    fault: 'a wrong variant: requests of one link have no limit',
    invariant: CAUGHT,
    run: () =>
      othersWaitWith({
        real: 'src/web/admission.ts',
        wrong: 'test/battery/web/wrong-parts/no-link-limit.ts',
      }),
  },
  ...wrongCases,
  ...wrongCosts,
]
