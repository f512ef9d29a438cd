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

const siteCase = (name: string, fault: string, invariant: string, check: SiteCheck): BatteryCase => ({
  name: `web-${name}`,
  fault,
  invariant,
  run: (profile) => runSiteCheck(check, profile),
})

/** Green where the battery sees what a check must find. */
const wrongCases = Object.entries(WRONG_SITES).map(
  ([name, { check, sees, ...wrong }]): BatteryCase => ({
    name,
    fault: `wrong on purpose: ${name}`,
    invariant: 'the battery must see it',
    run: () => runWrongSite(check, wrong, sees),
  }),
)

const WRONG_COSTS: Record<string, string> = {
  'describes-twice': 'src/queries/language/describe-query.ts',
}

const wrongCosts = Object.entries(WRONG_COSTS).map(
  ([name, real]): BatteryCase => ({
    name: `web-deep-queries-wrong-${name}`,
    fault: `wrong on purpose: ${name}`,
    invariant: 'the battery must see it',
    run: () => stopsWith({ real, wrong: `test/battery/web/wrong-parts/${name}.ts` }),
  }),
)

/** The file, and the fault that the battery must see. */
const WRONG_CROWDS: Record<string, { real: string; sees: RegExp }> = {
  'searches-in-main-thread': {
    real: 'src/search/in-search-thread.ts',
    sees: /^the (main thread|site) computed/,
  },
  'network-per-search': { real: 'src/search/for-visitor.ts', sees: /none of them was too many/ },
}

const wrongCrowds = Object.entries(WRONG_CROWDS).map(
  ([name, { real, sees }]): BatteryCase => ({
    name: `web-expensive-previews-wrong-${name}`,
    alone: true,
    fault: `wrong on purpose: ${name}`,
    invariant: 'the battery must see it',
    run: () => othersWaitForPreviewsWith({ real, wrong: `test/battery/web/wrong-parts/${name}.ts` }, sees),
  }),
)

/** What strangers may try at the site. */
export const webCases: BatteryCase[] = [
  siteCase(
    'headers',
    'every page and button, used well and badly',
    'content policy and pages without inline, no-store behind tokens, no cookie',
    headersHold,
  ),
  siteCase(
    'safe-methods',
    'GET and HEAD by whom a button would do something for',
    'no row of any table but counters changes',
    nothingChangesOnGet,
  ),
  siteCase(
    'redirects',
    'payloads in paths, queries, fields, headers',
    'no answer leads elsewhere',
    noOpenRedirect,
  ),
  siteCase(
    'fuzzed-requests',
    'mutated requests, broken tokens',
    'no 5xx, no trace, no row changes without a valid token',
    noRequestBreaksIt,
  ),
  siteCase(
    'email-bombing',
    'mails asked for with addresses and links of others',
    'at most two mails per address and day',
    bombingIsHeld,
  ),
  {
    name: 'web-expensive-previews',
    alone: true,
    fault: '30 very expensive previews at once from one network, then some and 30 from each of 20',
    invariant:
      'a few are made, the others get 429 or 503, Retry-After and their form; at most 0.3 s of CPU time while others wait for GET /, 50 ms at once in the main thread',
    run: othersReadOn,
  },
  ...wrongCrowds,
  siteCase(
    'address-spellings',
    'emails asked for with ever new spellings of one address, over forty days',
    'days 0, 1, 2, 9, 15, 22, 40: 2 2 0 2 0 0 1 emails; two a day to a subscriber’s own address',
    spellingsAreHeld,
  ),
  siteCase(
    'markup',
    'markup, bidi marks, NUL, javascript: in papers and topics',
    'text on every page and in every mail',
    markupStaysText,
  ),
  siteCase(
    'admin',
    'the operator’s pages without a login, without a token, with hostile values',
    'the login, 403, text; no row changes',
    adminIsShut,
  ),
  siteCase(
    'forms',
    'every form with something to fill in, filled in wrongly',
    'a sentence that says what to do, and all that was typed',
    nothingTypedIsLost,
  ),
  {
    name: 'web-deep-queries',
    alone: true,
    fault: 'queries as deep and long as they may be, in searches, previews, feeds, forms',
    invariant: 'a page, or a refusal that says why; at most 100 ms of CPU time at once in the main thread',
    run: noQueryStopsIt,
  },
  {
    name: 'web-slow-libraries',
    alone: true,
    fault: 'four libraries at once that take long to read, from two networks',
    invariant:
      'each at most 3 s of CPU time, at most 100 ms at once in the main thread; pages of others p95 at most 0.3 s, searches wait for one library',
    run: () => noLibraryStopsIt(),
  },
  {
    name: 'web-slow-libraries-wrong-reads-without-end',
    alone: true,
    fault: 'wrong on purpose: reads-without-end',
    invariant: 'the battery must see it',
    run: () => {
      const wrong = 'test/battery/features/library/reads-without-end.ts'
      return libraryStopsWith({ real: 'src/features/library/library-reader.ts', wrong })
    },
  },
  {
    name: 'web-timing',
    alone: true,
    fault: 'known and unknown addresses, timed',
    invariant: 'Mann-Whitney p > 0.01, medians within 2 ms',
    run: timeTellsNothing,
  },
  {
    name: 'web-idle-bodies',
    fault: '300 bodies from 30 networks and 8 uploads that begin and never arrive',
    invariant: 'no page, search, sign-up, upload or API call of others is refused',
    run: visitsAmongIdleBodies,
  },
  {
    name: 'web-idle-bodies-wrong-refuses-new-bodies',
    fault: 'wrong on purpose: refuses-new-bodies',
    invariant: 'the battery must see it',
    run: () =>
      visitsRefusedWith({
        real: 'src/web/body-places.ts',
        wrong: 'test/battery/web/wrong-parts/refuses-new-bodies.ts',
      }),
  },
  {
    name: 'web-one-link-flood',
    alone: true,
    fault: 'one button behind one link, pressed 250 times at once',
    invariant:
      'at most 0.3 s of CPU time while others wait for GET /; every one-click unsubscribe gets 200 before 20 more presses are done',
    run: othersGoOn,
  },
  {
    name: 'web-one-link-flood-wrong-no-link-limit',
    alone: true,
    fault: 'wrong on purpose: no-limit-for-one-link',
    invariant: 'the battery must see it',
    run: () =>
      othersWaitWith({
        real: 'src/web/admission.ts',
        wrong: 'test/battery/web/wrong-parts/no-link-limit.ts',
      }),
  },
  ...wrongCases,
  ...wrongCosts,
]
