import type { FastifyRequest } from 'fastify'
import { changeByLink } from '../../../src/account/change-by-link.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { resubscribe } from '../../../src/account/unsubscribe.ts'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { adminIsShut } from './admin.ts'
import { bombingIsHeld } from './bombing.ts'
import { headersHold } from './headers.ts'
import { markupStaysText } from './markup.ts'
import { noOpenRedirect } from './redirects.ts'
import { nothingChangesOnGet } from './safe-methods.ts'
import type { SiteCheck } from './site-check.ts'
import { spellingsAreHeld } from './spellings.ts'
import { nothingTypedIsLost } from './typed.ts'
import type { Wrong } from './world.ts'
import {
  answering,
  before,
  beforeEmails,
  eachSpellingApart,
  field,
  leadingTo,
  tokenOf,
  unescaped,
} from './wrong-hooks.ts'

/** A site without one safeguard, and the fault that its check must find. */
interface WrongSite extends Wrong {
  fault: string
  check: SiteCheck
  sees: RegExp
}

const pauseAWeek = (deps: ServiceDeps, request: FastifyRequest) =>
  changeByLink(deps, tokenOf(request), () => ({ state: 'paused', pausedUntil: '2026-12-01' }))

/** Each is wrong in one way that looks right. Only the battery runs them, to show that it would notice. */
export const WRONG_SITES: Record<string, WrongSite> = {
  'web-safe-methods-wrong-get-confirms': {
    fault: 'a GET of the page to confirm also confirms the subscription',
    check: nothingChangesOnGet,
    only: '/confirm',
    hook: before('GET /confirm/:token', (deps, request) => confirm(deps, tokenOf(request))),
    sees: /^GET \/confirm\/:token: .*signup/,
  },
  'web-safe-methods-wrong-get-resubscribes': {
    fault: 'a GET of the page to subscribe again also does so',
    check: nothingChangesOnGet,
    only: '/resubscribe',
    hook: before('GET /resubscribe/:token', (deps, request) => resubscribe(deps, tokenOf(request))),
    sees: /^GET \/resubscribe\/:token: .*subscriber/,
  },
  'web-safe-methods-wrong-query-pauses': {
    fault: 'a query of the page to manage pauses the subscription',
    check: nothingChangesOnGet,
    only: '/manage/:token/account',
    hook: before('GET /manage/:token', async (deps, request) => {
      if (field(request.query, 'change')) await pauseAWeek(deps, request)
    }),
    sees: /^GET \/manage\/:token: .*subscriber/,
  },
  'web-redirects-wrong-target-from-form': {
    fault: 'the subscribe form redirects to the address in a field',
    check: noOpenRedirect,
    only: '/subscribe',
    hook: leadingTo('POST /subscribe', ({ body }) => field(body, 'next')),
    sees: /^POST \/subscribe → https:\/\/evil/,
  },
  'web-redirects-wrong-target-from-query': {
    fault: 'the confirm button redirects to the address in the query',
    check: noOpenRedirect,
    only: '/confirm',
    hook: leadingTo('POST /confirm/:token', ({ query }) => field(query, 'back')),
    sees: /^POST \/confirm\/:token → https:\/\/evil/,
  },
  'web-redirects-wrong-target-from-host-header': {
    fault: 'the button of an address change redirects to the host of the request',
    check: noOpenRedirect,
    only: '/move',
    hook: leadingTo('POST /move/:token', ({ host }, location) => `http://${host}${location}`),
    sees: /^POST \/move\/:token → http:\/\/evil/,
  },
  'web-headers-wrong-inline-script': {
    fault: 'a page has an inline script',
    check: headersHold,
    only: '/account/:token/address',
    hook: answering('GET /account/:token', (page) => page.replace('</head>', '<script>1</script></head>')),
    sees: /^GET \/account\/:token: a script/,
  },
  'web-headers-wrong-cookie': {
    fault: 'the preview sets a cookie',
    check: headersHold,
    only: '/preview',
    hook: answering('POST /preview', (page, reply) => {
      reply.header('set-cookie', 'who=1')
      return page
    }),
    sees: /^POST \/preview: a cookie/,
  },
  'web-headers-wrong-page-cached': {
    fault: 'a page behind a token may be cached',
    check: headersHold,
    only: '/unsubscribe/:token/pause',
    hook: answering('POST /unsubscribe/:token/pause', (page, reply) => {
      reply.header('cache-control', 'no-cache')
      return page
    }),
    sees: /^POST \/unsubscribe\/:token\/pause: no-store/,
  },
  'web-markup-wrong-title-unescaped': {
    fault: 'the preview writes titles of papers without escaping',
    check: markupStaysText,
    only: '/preview',
    hook: answering('POST /preview', (page) => unescaped(page, '<li>\\s*<a href="/papers/[^>]*>', '</a>')),
    sees: /^POST \/preview: <x-alive>/,
  },
  'web-markup-wrong-name-unescaped': {
    fault: 'the page to manage writes names of topics without escaping',
    check: markupStaysText,
    only: '/manage/:token/account',
    hook: answering('GET /manage/:token', (page) => unescaped(page, 'class="own-name"[^>]*>', '</p>')),
    sees: /^GET \/manage\/:token: <x-alive>/,
  },
  'web-markup-wrong-no-matches-email-unescaped': {
    fault: 'the email without matches writes names of topics without escaping',
    check: markupStaysText,
    only: '/move',
    mail: (html, kind) => (kind === 'note' ? unescaped(html, '<h3[^>]*>', '</h3>') : html),
    sees: /^mail note: <x-alive>/,
  },
  'web-markup-wrong-digest-heading-unescaped': {
    fault: 'the digest writes headings without escaping',
    check: markupStaysText,
    only: '/move',
    mail: (html, kind) => (kind === 'digest' ? unescaped(html, '<h3[^>]*>', '</h3>') : html),
    sees: /^mail digest: <x-alive>/,
  },
  'web-email-bombing-wrong-no-address-limit': {
    fault: 'the history of emails to an address is forgotten at each address change',
    check: bombingIsHeld,
    only: '/account',
    hook: before('POST /account/:token/address', ({ db }) => db.emailLimit.deleteMany({})),
    sees: /^victim4@reader.example: \d+ emails/,
  },
  'web-email-bombing-wrong-no-goodbye-limit': {
    fault: 'goodbye emails do not count towards the limit of a day',
    check: bombingIsHeld,
    only: '/unsubscribe',
    hook: before('POST /resubscribe/:token', ({ db }) =>
      db.message.updateMany({ where: { kind: 'goodbye' }, data: { datedAt: new Date(0) } }),
    ),
    sees: /people.example: \d+ emails/,
  },
  'web-address-spellings-wrong-counts-each-spelling': {
    fault: 'each spelling of an address has a limit of its own',
    check: spellingsAreHeld,
    hook: eachSpellingApart(),
    sees: /^plus tags: day 0: 6 emails, not 2$/,
  },
  'web-address-spellings-wrong-no-back-off': {
    fault: 'each email to an address begins its history again',
    check: spellingsAreHeld,
    hook: beforeEmails(({ db, clock }) => db.emailLimit.updateMany({ data: { since: clock.now() } })),
    sees: /^plus tags: day 2: 2 emails, not 0$/,
  },
  'web-forms-wrong-form-emptied': {
    fault: 'the subscribe form comes back with empty fields after an error',
    check: nothingTypedIsLost,
    only: '/subscribe',
    hook: answering('POST /subscribe', (page) =>
      page
        .replace(/(<textarea id="topic"[^>]*>)[^<]*/, '$1')
        .replace(/(<input id="votes"[^>]*) value="[^"]*"/, '$1'),
    ),
    sees: /^POST \/subscribe, email wrong: topic is lost/,
  },
  'web-forms-wrong-no-explanation': {
    fault: 'errors say "Invalid input" and no more',
    check: nothingTypedIsLost,
    only: '/manage',
    hook: answering('POST /manage', (page) =>
      page.replace(/(class="error-link"[^>]*>)[^<]*/g, '$1Invalid input'),
    ),
    sees: /^POST \/manage, email wrong: no sentence/,
  },
  'web-admin-wrong-page-without-login': {
    fault: 'an admin page is shown without a login',
    check: adminIsShut,
    only: '/admin/actions',
    hook: answering('GET /admin/actions', (_page, reply) => {
      reply.code(200).removeHeader('location')
      return 'what was done'
    }),
    sees: /^GET \/admin\/actions: 200 for a stranger/,
  },
  'web-admin-wrong-login-from-other-site': {
    fault: 'the login accepts forms of other sites',
    check: adminIsShut,
    only: '/admin/sources',
    hook: answering('POST /admin/login', (page, reply, { headers }) => {
      if (headers.origin) reply.code(303)
      return page
    }),
    sees: /^POST \/admin\/login: 303 from https:\/\/evil/,
  },
  'web-admin-wrong-get-changes': {
    fault: 'a GET of an admin page changes subscribers',
    check: adminIsShut,
    only: '/admin/sources',
    hook: before('GET /admin/sources', ({ db }) => db.subscriber.updateMany({ data: { maxPapers: 3 } })),
    sees: /^GET \/admin\/sources: subscriber/,
  },
  'web-admin-wrong-name-unescaped': {
    fault: 'an admin page writes names of topics without escaping',
    check: adminIsShut,
    only: '/admin/topics',
    hook: answering('GET /admin/topics', (page) => unescaped(page, 'class="long"[^>]*>', '</th>')),
    sees: /^GET \/admin\/topics: <x-alive>/,
  },
}
