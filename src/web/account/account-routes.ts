import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { mailAccountLink, subscriberByManageLink } from '../../account/account-link.ts'
import { eraseAccount } from '../../account/erase-subscriber.ts'
import { exportAccount } from '../../account/export-account.ts'
import { openAccount } from '../../account/find-subscriber.ts'
import {
  confirmAddressChange,
  openAddressChange,
  requestAddressChange,
} from '../../account/request-address-change.ts'
import { requestManageLink } from '../../account/signup/subscribe.ts'
import { dayOf } from '../../core/dates.ts'
import { Fault, FieldFaults } from '../../core/errors.ts'
import { longDate } from '../../i18n/dates.ts'
import { maskAddress } from '../../subscribers/address.ts'
import type { TopicPaperRef } from '../../subscribers/links.ts'
import { hasSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import { logFault, toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { emailIn } from '../request.ts'
import { faultsView } from '../setting-fields.ts'
import { suggestedDomainInQuery, suggestedDomainQuery } from '../signup/inbox-view.ts'
import { idParam } from './manage-view.ts'

interface WithToken {
  Params: { token: string }
}

/**
 * Export, erasure and address change, behind links that work for a day. A GET only shows pages; only a POST changes
 * something.
 */
export function addAccountRoutes(app: FastifyInstance, site: Site): void {
  app.register(async (scope) => {
    scope.setErrorHandler(async (error, _request, reply) => sendLinkExpired(site, reply, error))
    addAccount(scope, site)
    addErase(scope, site)
    addAddressChange(scope, site)
  })
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

function addAccount(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site

  app.get<WithToken>('/account/:token', async ({ params: { token } }, reply) => {
    const subscriber = await accountOrErased(site, token, reply)
    return subscriber ? pages.send(reply, 'account', accountView(token, subscriber)) : reply
  })

  app.get<WithToken>('/account/:token/export.json', async ({ params: { token } }, reply) => {
    const copy = await exportAccount(deps, token)
    const name = `daily-papers-${dayOf(deps.clock.now())}.json`
    return reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .type('application/json; charset=utf-8')
      .send(`${JSON.stringify(copy, null, 2)}\n`)
  })

  app.post<WithToken>('/account/:token/address', async (request, reply) => {
    const { token } = request.params
    try {
      const to = await requestAddressChange(deps, { token, email: emailIn(request.body) })
      return reply.redirect(`/account/${token}/address${suggestedDomainQuery(to)}`, 303)
    } catch (error) {
      if (!(error instanceof FieldFaults)) throw error
      return showAccountPageAgain(site, request, reply, error)
    }
  })

  app.get<WithToken>('/account/:token/address', async ({ params: { token }, query }, reply) => {
    const subscriber = await accountOrErased(site, token, reply)
    return subscriber
      ? pages.send(reply, 'new-address', { token, meant: suggestedDomainInQuery(query) })
      : reply
  })
}

async function showAccountPageAgain(
  site: Site,
  { params: { token }, body }: FastifyRequest<WithToken>,
  reply: FastifyReply,
  fault: FieldFaults,
): Promise<FastifyReply> {
  const subscriber = await accountOrErased(site, token, reply)
  if (!subscriber) return reply
  const view = { ...accountView(token, subscriber, fault), email: emailIn(body) }
  return site.pages.send(reply, 'account', view, fault.status)
}

const accountView = (token: string, subscriber: Subscriber, fault?: Fault) => ({
  token,
  address: maskAddress(subscriber.address),
  joined: hasSubscription(subscriber),
  email: '',
  ...faultsView(['email'], fault),
})

function addErase(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site

  app.get<WithToken>('/account/:token/erase', async ({ params: { token } }, reply) => {
    const subscriber = await accountOrErased(site, token, reply)
    return subscriber
      ? pages.send(reply, 'erase', { token, address: maskAddress(subscriber.address) })
      : reply
  })

  app.post<WithToken>('/account/:token/erase', async ({ params: { token } }, reply) => {
    await eraseAccount(deps, token)
    return reply.redirect(`/account/${token}`, 303)
  })
}

function addAddressChange(app: FastifyInstance, { deps, pages }: Site): void {
  app.get<WithToken>('/move/:token', async ({ params: { token } }, reply) => {
    const { addressChange, subscriber, manage } = await openAddressChange(deps, token)
    const joined = hasSubscription(subscriber)
    return addressChange.confirmedAt
      ? pages.send(reply, 'moved', { manage, joined })
      : pages.send(reply, 'move', { token, address: maskAddress(addressChange.address), joined })
  })

  app.post<WithToken>('/move/:token', async ({ params: { token } }, reply) => {
    await confirmAddressChange(deps, token)
    return reply.redirect(`/move/${token}`, 303)
  })
}

/** "Mail me my link". The response is the same for every address. */
export function addMyLinkRoutes(app: FastifyInstance, site: Site): void {
  const { deps, pages } = site
  const empty = { email: '', ...faultsView(['email'], undefined) }
  app.get('/manage', async ({ query }, reply) =>
    pages.send(reply, 'my-link', { ...empty, at: requestedTopic(query) }),
  )

  const errorHandler = (error: Error, request: FastifyRequest, reply: FastifyReply) =>
    void sendMyLinkPage(site, request, reply, { fault: toFault(error), email: emailIn(request.body) })

  app.post('/manage', { errorHandler }, async (request, reply) => {
    const { body, ip } = request
    const to = await requestManageLink(deps, { email: emailIn(body), ip, at: requestedTopic(body) })
    return reply.redirect(`/manage/sent${suggestedDomainQuery(to)}`, 303)
  })

  app.get('/manage/sent', async ({ query }, reply) =>
    pages.send(reply, 'link-sent', { meant: suggestedDomainInQuery(query) }),
  )
}

/** Sends the form for the link, with what went wrong. */
export function sendMyLinkPage(
  { deps, pages }: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  { fault, email }: { fault: Fault; email: string },
): FastifyReply {
  const reference = logFault(deps, request, reply, fault)
  const view = { email, at: requestedTopic(request.body), ...faultsView(['email'], fault, reference) }
  return pages.send(reply, 'my-link', view, fault.status)
}

/** The topic and paper from which the reader requests the link; undefined if they came from another page. */
function requestedTopic(fields: unknown): TopicPaperRef | undefined {
  const { topic, paper } = (fields ?? {}) as Record<string, unknown>
  const [topicId, paperId] = [idParam(topic), idParam(paper)]
  return topicId && paperId ? { topicId, paperId } : undefined
}

/** Emails the link to the account; the button is on the page behind the link in emails. */
export function addAccountLinkRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.post<WithToken>('/manage/:token/account', async ({ params: { token } }, reply) => {
    await mailAccountLink(deps, token)
    return reply.redirect(`/manage/${token}/account`, 303)
  })

  app.get<WithToken>('/manage/:token/account', async ({ params: { token } }, reply) => {
    const { address } = await subscriberByManageLink(deps, token)
    return pages.send(reply, 'account-link-sent', { token, address: maskAddress(address) })
  })
}
