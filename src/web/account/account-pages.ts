import type { FastifyError, FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { mailAccountLink } from '../../account/account-link.ts'
import { eraseAccount } from '../../account/erase-subscriber.ts'
import { exportAccount } from '../../account/export-account.ts'
import {
  chooseFewerEmails,
  openFewerEmails,
  SHORT_EMAIL_PAPERS,
  undoFewerEmails,
} from '../../account/fewer-emails.ts'
import { openAccount, subscriberByManageLink } from '../../account/find-subscriber.ts'
import {
  confirmAddressChange,
  openAddressChange,
  requestAddressChange,
} from '../../account/request-address-change.ts'
import {
  openResubscribe,
  openUnsubscribe,
  resubscribe,
  undoTokenFor,
  unsubscribe,
} from '../../account/unsubscribe.ts'
import { dayOf, localDayOf } from '../../core/dates.ts'
import { Fault, FieldFaults } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { fill, words } from '../../i18n/words.ts'
import { maskAddress } from '../../subscribers/address.ts'
import { hasSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import { toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { emailFields, formOf, lenientForm, markPrivate, numberField, withToken } from '../request.ts'
import { faultsView } from '../setting-fields.ts'
import { suggestedDomainInQuery, suggestedDomainQuery } from '../signup/inbox-view.ts'
import { untilText } from './change-summary-view.ts'
import { manageRoutes } from './manage-routes.ts'
import { myLinkRoutes } from './my-link-routes.ts'

/** What a subscriber does behind the links in emails. A GET only shows pages; only a POST changes something. */
export const accountPages: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.register(myLinkRoutes, site)
  app.register(async (scope) => {
    scope.addHook('onRequest', markPrivate)
    scope.register(unsubscribeRoutes, site)
    scope.register(accountLinkRoutes, site)
    scope.register(manageRoutes, site)
    scope.register(accountRoutes, site)
  })
}

/** Export, erasure and address change, behind links that work for a day. */
const accountRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.setErrorHandler(async (error, _request, reply) => sendLinkExpired(site, reply, error))
  app.register(ownAccountRoutes, site)
  app.register(addressChangeRoutes, site)
}

/** For an expired link, sends a page that offers a new one; throws other errors on. */
function sendLinkExpired({ pages }: Site, reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof Fault) || error.code !== 'link.expired') throw error
  return pages.send(reply, 'account-ended', { ended: longDate(String(error.values.ended)) }, error.status)
}

/** Returns the subscriber, or sends the page for an erased one and returns null. */
async function accountOrErased({ deps, pages }: Site, token: string, reply: FastifyReply) {
  const subscriber = await openAccount(deps, token)
  if (!subscriber) pages.send(reply, 'erased', {})
  return subscriber
}

const ownAccountRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  app.get('/account/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    const subscriber = await accountOrErased(site, token, reply)
    return subscriber ? pages.send(reply, 'account', accountView(token, subscriber)) : reply
  })

  app.get('/account/:token/export.json', { schema: withToken }, async ({ params: { token } }, reply) => {
    const copy = await exportAccount(deps, token)
    const name = `daily-papers-${dayOf(deps.clock.now())}.json`
    return reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .type('application/json; charset=utf-8')
      .send(`${JSON.stringify(copy, null, 2)}\n`)
  })

  app.get('/account/:token/erase', { schema: withToken }, async ({ params: { token } }, reply) => {
    const subscriber = await accountOrErased(site, token, reply)
    return subscriber
      ? pages.send(reply, 'erase', { token, address: maskAddress(subscriber.address) })
      : reply
  })

  app.post('/account/:token/erase', { schema: withToken }, async ({ params: { token } }, reply) => {
    await eraseAccount(deps, token)
    return reply.redirect(`/account/${token}`, 303)
  })
}

const addressChangeRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  const schema = { ...withToken, body: emailFields.prefault({}) }
  app.post('/account/:token/address', { schema, attachValidation: true }, async (request, reply) => {
    const { token } = request.params
    const { email } = formOf(emailFields, request)
    try {
      if (request.validationError) throw toFault(request.validationError, request)
      const to = await requestAddressChange(deps, { token, email })
      return reply.redirect(`/account/${token}/address${suggestedDomainQuery(to)}`, 303)
    } catch (error) {
      if (!(error instanceof FieldFaults)) throw error
      const subscriber = await accountOrErased(site, token, reply)
      if (!subscriber) return reply
      return pages.send(reply, 'account', { ...accountView(token, subscriber, error), email }, error.status)
    }
  })

  const sent = { ...withToken, querystring: suggestedDomainInQuery }
  app.get('/account/:token/address', { schema: sent }, async ({ params: { token }, query }, reply) => {
    const subscriber = await accountOrErased(site, token, reply)
    return subscriber ? pages.send(reply, 'new-address', { token, ...query }) : reply
  })

  app.get('/move/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    const { addressChange, subscriber, manage } = await openAddressChange(deps, token)
    const joined = hasSubscription(subscriber)
    return addressChange.confirmedAt
      ? pages.send(reply, 'moved', { manage, joined })
      : pages.send(reply, 'move', { token, address: maskAddress(addressChange.address), joined })
  })

  app.post('/move/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    await confirmAddressChange(deps, token)
    return reply.redirect(`/move/${token}`, 303)
  })
}

const accountView = (token: string, subscriber: Subscriber, fault?: Fault) => ({
  token,
  address: maskAddress(subscriber.address),
  joined: hasSubscription(subscriber),
  email: '',
  ...faultsView(['email'], fault),
})

/** Emails the link to the account; the button is on the page behind the link in emails. */
const accountLinkRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  app.post('/manage/:token/account', { schema: withToken }, async ({ params: { token } }, reply) => {
    await mailAccountLink(deps, token)
    return reply.redirect(`/manage/${token}/account`, 303)
  })

  app.get('/manage/:token/account', { schema: withToken }, async ({ params: { token } }, reply) => {
    const { address } = await subscriberByManageLink(deps, token)
    return pages.send(reply, 'account-link-sent', { token, address: maskAddress(address) })
  })
}

/**
 * Unsubscribe, and its undo. An unsubscribe link may have been forwarded, so its pages mask the address, show no topic,
 * and show only the settings that were just changed.
 */
const unsubscribeRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps, pages } = site
  app.get('/unsubscribe/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    const page = await openUnsubscribe(deps, token)
    if (page.is === 'unknown') return pages.send(reply, 'unsubscribe-unknown', {}, 404)
    if (page.is === 'ended') return sendEnded(reply, page.undo)
    const { subscriber, fewer, today } =
      page.is === 'open' ? page : { subscriber: null, fewer: [], today: '' }
    const until = subscriber?.state === 'paused' ? untilText(subscriber.pausedUntil, today) : ''
    return pages.send(reply, 'unsubscribe', { token, subscriber, fewer, until, most: SHORT_EMAIL_PAPERS })
  })

  const sendEnded = async (reply: FastifyReply, undo: string | null) =>
    undo
      ? pages.send(reply, 'undo', { ...(await openResubscribe(deps, undo)), token: undo })
      : pages.send(reply, 'unsubscribed', {})

  app.get('/resubscribe/:token', { schema: withToken }, async ({ params: { token } }, reply) =>
    pages.send(reply, 'undo', { ...(await openResubscribe(deps, token)), token }),
  )

  app.post('/resubscribe/:token', { schema: withToken }, async ({ params: { token } }, reply) => {
    await resubscribe(deps, token)
    return reply.redirect(`/resubscribe/${token}`, 303)
  })

  app.register(oneClickUnsubscribe, site)
  app.register(fewerEmailsRoutes, site)
}

const fewerEmailsRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps, pages }) => {
  const changed = (token: string) => `/unsubscribe/${encodeURIComponent(token)}/changed`

  app.post('/unsubscribe/:token/pause', { schema: withToken }, async ({ params: { token } }, reply) => {
    await chooseFewerEmails(deps, { token, choice: 'pause' })
    return reply.redirect(changed(token), 303)
  })

  const choice = { ...withToken, body: lenientForm({ to: z.enum(['short', 'weekly']).catch('weekly') }) }
  app.post('/unsubscribe/:token/fewer', { schema: choice }, async (request, reply) => {
    const { token } = request.params
    await chooseFewerEmails(deps, { token, choice: request.body.to })
    return reply.redirect(changed(token), 303)
  })

  const undo = lenientForm({ change: numberField() })
  app.post('/unsubscribe/:token/undo', { schema: { ...withToken, body: undo } }, async (request, reply) => {
    const { token } = request.params
    await undoFewerEmails(deps, { token, change: request.body.change })
    return reply.redirect(changed(token), 303)
  })

  app.get('/unsubscribe/:token/changed', { schema: withToken }, async ({ params: { token } }, reply) => {
    const now = await openFewerEmails(deps, token)
    if (!now) return reply.redirect(`/unsubscribe/${encodeURIComponent(token)}`, 303)
    const { state, pausedUntil, zone } = now.subscriber
    const until = state === 'paused' ? untilText(pausedUntil, localDayOf(deps.clock.now(), zone)) : ''
    return pages.send(reply, 'fewer-mails', { ...now, token, until })
  })
}

/**
 * POST /unsubscribe/:token, as RFC 8058 requires. For any body, the subscription ends and the response is 200 at once, or
 * 404 if we cannot verify the link. Only our own page sends `from=page`; its reader gets a page with the result.
 */
const oneClickUnsubscribe: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const page = `${deps.config.BASE_URL}/manage`
  const oneClick = async (token: string, reply: FastifyReply) => {
    const isKnown = await unsubscribe(deps, { token, how: 'one-click' })
    const text = isKnown ? words.unsubscribe.oneClick : fill(words.unsubscribe.unknown.oneClick, { page })
    return reply
      .code(isKnown ? 200 : 404)
      .type('text/plain; charset=utf-8')
      .send(`${text}\n`)
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  // The content of a body that Fastify rejects does not matter here.
  app.setErrorHandler(async (error, request, reply) => {
    if (error instanceof Fault || !isBodyError(error as FastifyError)) throw error
    return oneClick((request.params as { token: string }).token, reply)
  })
  app.post('/unsubscribe/:token', { schema: withToken }, async ({ params: { token }, body }, reply) => {
    if (!isFromPage(body)) return oneClick(token, reply)
    await unsubscribe(deps, { token, how: 'page' })
    const undo = await undoTokenFor(deps, token)
    return reply.redirect(undo ? `/resubscribe/${undo}` : `/unsubscribe/${encodeURIComponent(token)}`, 303)
  })
}

const isBodyError = (error: { statusCode?: number }): boolean =>
  error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500

const isFromPage = (body: unknown): boolean =>
  typeof body === 'string' && new URLSearchParams(body).get('from') === 'page'
