import type { FastifyRequest } from 'fastify'
import { changeByLink } from '../../../src/account/change-by-link.ts'
import { confirm } from '../../../src/account/signup/confirm.ts'
import { resubscribe } from '../../../src/account/unsubscribe.ts'
import type { ServiceDeps } from '../../../src/core/deps.ts'
import { adminIsShut } from './admin.ts'
import { bombingIsHeld } from './bombing.ts'
import type { Door } from './door.ts'
import { headersHold } from './headers.ts'
import { markupStaysText } from './markup.ts'
import { noOpenRedirect } from './redirects.ts'
import { nothingChangesOnGet } from './safe-methods.ts'
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

/** A site with one door open, and what the battery must say of it. */
interface WrongDoor extends Wrong {
  door: Door
  sees: RegExp
}

const pauseAWeek = (deps: ServiceDeps, request: FastifyRequest) =>
  changeByLink(deps, tokenOf(request), () => ({ state: 'paused', pausedUntil: '2026-12-01' }))

/**
 * Sites that are wrong, each in one way that looks right. They are never used: the battery runs them to show that it
 * would notice.
 */
export const WRONG_DOORS: Record<string, WrongDoor> = {
  'get-confirms': {
    door: nothingChangesOnGet,
    only: '/confirm',
    hook: before('GET /confirm/:token', (deps, request) => confirm(deps, tokenOf(request))),
    sees: /^GET \/confirm\/:token: .*signup/,
  },
  'get-resubscribes': {
    door: nothingChangesOnGet,
    only: '/resubscribe',
    hook: before('GET /resubscribe/:token', (deps, request) => resubscribe(deps, tokenOf(request))),
    sees: /^GET \/resubscribe\/:token: .*subscriber/,
  },
  'query-pauses': {
    door: nothingChangesOnGet,
    only: '/manage/:token/account',
    hook: before('GET /manage/:token', async (deps, request) => {
      if (field(request.query, 'change')) await pauseAWeek(deps, request)
    }),
    sees: /^GET \/manage\/:token: .*subscriber/,
  },
  'redirect-to-a-field': {
    door: noOpenRedirect,
    only: '/subscribe',
    hook: leadingTo('POST /subscribe', ({ body }) => field(body, 'next')),
    sees: /^POST \/subscribe → https:\/\/evil/,
  },
  'redirect-to-a-query': {
    door: noOpenRedirect,
    only: '/confirm',
    hook: leadingTo('POST /confirm/:token', ({ query }) => field(query, 'back')),
    sees: /^POST \/confirm\/:token → https:\/\/evil/,
  },
  'redirect-to-host': {
    door: noOpenRedirect,
    only: '/move',
    hook: leadingTo('POST /move/:token', ({ host }, location) => `http://${host}${location}`),
    sees: /^POST \/move\/:token → http:\/\/evil/,
  },
  'inline-script': {
    door: headersHold,
    only: '/account/:token/address',
    hook: answering('GET /account/:token', (page) => page.replace('</head>', '<script>1</script></head>')),
    sees: /^GET \/account\/:token: a script/,
  },
  'cookie-on-a-post': {
    door: headersHold,
    only: '/preview',
    hook: answering('POST /preview', (page, reply) => {
      reply.header('set-cookie', 'who=1')
      return page
    }),
    sees: /^POST \/preview: a cookie/,
  },
  'kept-after-a-post': {
    door: headersHold,
    only: '/unsubscribe/:token/pause',
    hook: answering('POST /unsubscribe/:token/pause', (page, reply) => {
      reply.header('cache-control', 'no-cache')
      return page
    }),
    sees: /^POST \/unsubscribe\/:token\/pause: no-store/,
  },
  'title-unescaped': {
    door: markupStaysText,
    only: '/preview',
    hook: answering('POST /preview', (page) => unescaped(page, 'class="preview-title"[^>]*>', '</a>')),
    sees: /^POST \/preview: <x-alive>/,
  },
  'name-unescaped': {
    door: markupStaysText,
    only: '/manage/:token/account',
    hook: answering('GET /manage/:token', (page) => unescaped(page, 'class="own-name"[^>]*>', '</p>')),
    sees: /^GET \/manage\/:token: <x-alive>/,
  },
  'note-unescaped': {
    door: markupStaysText,
    only: '/move',
    mail: (html, kind) => (kind === 'note' ? unescaped(html, '<h3[^>]*>', '</h3>') : html),
    sees: /^mail note: <x-alive>/,
  },
  'heading-unescaped': {
    door: markupStaysText,
    only: '/move',
    mail: (html, kind) => (kind === 'digest' ? unescaped(html, '<h3[^>]*>', '</h3>') : html),
    sees: /^mail digest: <x-alive>/,
  },
  'no-limit-for-one-address': {
    door: bombingIsHeld,
    only: '/account',
    hook: before('POST /account/:token/address', ({ db }) => db.emailLimit.deleteMany({})),
    sees: /^victim4@reader.example: \d+ mails/,
  },
  'no-limit-of-goodbyes': {
    door: bombingIsHeld,
    only: '/unsubscribe',
    hook: before('POST /resubscribe/:token', ({ db }) =>
      db.message.updateMany({ where: { kind: 'goodbye' }, data: { datedAt: new Date(0) } }),
    ),
    sees: /people.example: \d+ mails/,
  },
  'limit-without-folding': {
    door: spellingsAreHeld,
    hook: eachSpellingApart(),
    sees: /^plus tags: day 0: 6 emails, not 2$/,
  },
  'limit-without-back-off': {
    door: spellingsAreHeld,
    hook: beforeEmails(({ db, clock }) => db.emailLimit.updateMany({ data: { since: clock.now() } })),
    sees: /^plus tags: day 2: 2 emails, not 0$/,
  },
  'form-begins-anew': {
    door: nothingTypedIsLost,
    only: '/subscribe',
    hook: answering('POST /subscribe', (page) =>
      page
        .replace(/(<textarea id="topic"[^>]*>)[^<]*/, '$1')
        .replace(/(<input id="votes"[^>]*) value="[^"]*"/, '$1'),
    ),
    sees: /^POST \/subscribe, email wrong: topic is lost/,
  },
  'fault-without-a-sentence': {
    door: nothingTypedIsLost,
    only: '/manage',
    hook: answering('POST /manage', (page) =>
      page.replace(/(class="error-link"[^>]*>)[^<]*/g, '$1Invalid input'),
    ),
    sees: /^POST \/manage, email wrong: no sentence/,
  },
  'admin-page-for-strangers': {
    door: adminIsShut,
    only: '/admin/actions',
    hook: answering('GET /admin/actions', (_page, reply) => {
      reply.code(200).removeHeader('location')
      return 'what was done'
    }),
    sees: /^GET \/admin\/actions: 200 for a stranger/,
  },
  'admin-login-from-anywhere': {
    door: adminIsShut,
    only: '/admin/sources',
    hook: answering('POST /admin/login', (page, reply, { headers }) => {
      if (headers.origin) reply.code(303)
      return page
    }),
    sees: /^POST \/admin\/login: 303 from https:\/\/evil/,
  },
  'admin-get-changes': {
    door: adminIsShut,
    only: '/admin/sources',
    hook: before('GET /admin/sources', ({ db }) => db.subscriber.updateMany({ data: { maxPapers: 3 } })),
    sees: /^GET \/admin\/sources: subscriber/,
  },
  'admin-name-unescaped': {
    door: adminIsShut,
    only: '/admin/topics',
    hook: answering('GET /admin/topics', (page) => unescaped(page, 'class="long"[^>]*>', '</th>')),
    sees: /^GET \/admin\/topics: <x-alive>/,
  },
}
