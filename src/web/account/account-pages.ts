import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { mailAccountLink } from '../../account/account-link.ts'
import { eraseAccount } from '../../account/erase-subscriber.ts'
import { exportAccount } from '../../account/export-account.ts'
import { openAccount, subscriberByManageLink } from '../../account/find-subscriber.ts'
import {
  confirmAddressChange,
  openAddressChange,
  requestAddressChange,
} from '../../account/request-address-change.ts'
import { dayOf } from '../../core/dates.ts'
import { Fault, FieldFaults } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { maskAddress } from '../../subscribers/address.ts'
import { hasSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import { toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { emailFields, formOf, markPrivate, withToken } from '../request.ts'
import { faultsView } from '../setting-fields.ts'
import { suggestedDomainInQuery, suggestedDomainQuery } from '../signup/inbox-view.ts'
import { manageRoutes } from './manage-routes.ts'
import { myLinkRoutes } from './my-link-routes.ts'
import { unsubscribeRoutes } from './unsubscribe-routes.ts'

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
