import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type LockedSubscriber, withHolder } from '../../account/find-subscriber.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import type { DigestContent } from '../../digests/digest-content.ts'
import { ELSEWHERE } from '../../digests/read-elsewhere.ts'
import { showOwnDigest } from '../../digests/show-digest.ts'
import { paperAnchor } from '../../emails/sections-view.ts'
import { endWaitingMessages } from '../../mail/outbox/subscriber-messages.repo.ts'
import { currentIds } from '../../papers/merged-ids.repo.ts'
import type { WhyShown } from '../../queries/reasons/reason-text.ts'
import { requireSubscription } from '../../subscribers/subscriber.ts'
import type { Site } from '../../web/pages.ts'
import { formText, lenientForm, numberField, withToken } from '../../web/request.ts'
import { countKept, keepPaper, removePaper } from './kept.repo.ts'
import { keptErrors } from './kept-errors.ts'
import { ADDRESS_PURPOSES, endFeeds, privateAddresses } from './private-address.repo.ts'
import { chooseOnlyFeed, isOnlyFeed, newAddress } from './private-addresses.ts'

/** Of one person: the page lists them all, and a file holds them all. */
const MAX_KEPT = 2000

const keepForm = lenientForm({
  do: z.enum(['keep', 'remove']).catch('keep'),
  paper: numberField(),
  /** The id of the email with the paper. */
  digest: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .catch(''),
})

const feedsForm = lenientForm({ do: formText.default(''), only: formText.default('') })

/** The buttons of a subscriber's page of a digest and of the section of feeds. */
export const keepRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  app.post('/manage/:token/kept', { schema: { ...withToken, body: keepForm } }, async (request, reply) => {
    const { token } = request.params
    const { do: action, paper: id, digest } = request.body
    await withHolder(deps, 'manage', token, (locked) => keepFromDigest(deps, locked, { action, id, digest }))
    return reply.redirect(`/manage/${token}/digest/${digest}#${paperAnchor({ id })}`, 303)
  })

  app.post('/manage/:token/feeds', { schema: { ...withToken, body: feedsForm } }, async (request, reply) => {
    const { token } = request.params
    const { do: action, only } = request.body
    await withHolder(deps, 'manage', token, (locked) => changeFeeds(deps, locked, { action, only }))
    return reply.redirect(`/manage/${token}#feeds`, 303)
  })
}

/** Only a paper of one of their own digests; its reason there is kept with it. */
async function keepFromDigest(
  deps: Deps,
  { tx, subscriber, now }: LockedSubscriber,
  { action, id, digest }: { action: 'keep' | 'remove'; id: number; digest: string },
): Promise<void> {
  const inside = { ...deps, db: tx as Deps['db'] }
  const shown = await showOwnDigest(inside, subscriber, digest)
  if (!shown?.papers.has(id)) throw new Fault('page.not-found')
  const paper = { subscriberId: subscriber.id, paperId: (await currentIds(tx, [id])).get(id)! }
  if (action === 'remove') return removePaper(tx, paper, now)
  if ((await countKept(tx, subscriber.id)) >= MAX_KEPT)
    throw new Fault(keptErrors['kept.too-many'], { most: MAX_KEPT })
  await keepPaper(tx, paper, { at: now, why: whyIn(shown.content, id) })
  if (!(await privateAddresses(tx, subscriber)).kept)
    await newAddress(inside, subscriber, { purpose: 'kept' })
}

/** Why a digest shows a paper, as the digest stores it. */
function whyIn({ sections }: DigestContent, paperId: number): WhyShown | null {
  const paper = sections.flatMap(({ papers }) => papers).find(({ id }) => id === paperId)
  if (!paper?.reason) return null
  const { reason, also, rising, closeTo } = paper
  return { reason, ...(also && { also }), ...(rising && { rising }), ...(closeTo && { closeTo }) }
}

async function changeFeeds(
  deps: Deps,
  { tx, subscriber, now }: LockedSubscriber,
  { action, only }: { action: string; only: string },
): Promise<void> {
  const inside = { ...deps, db: tx as Deps['db'] }
  requireSubscription(subscriber)
  const had = await privateAddresses(tx, subscriber)
  switch (action) {
    case 'make':
      for (const purpose of ADDRESS_PURPOSES)
        if (!had[purpose]) await newAddress(inside, subscriber, { purpose })
      return
    case 'renew':
      for (const address of Object.values(had))
        await newAddress(inside, subscriber, {
          purpose: address.purpose,
          onlyFeed: isOnlyFeed(deps.config, address),
        })
      return
    case 'off':
      return endFeeds(tx, subscriber, now)
    case 'only':
      if (!had.feed) return
      await chooseOnlyFeed(inside, subscriber, { feed: had.feed, onlyFeed: only !== '' })
      if (only === '') return
      return endWaitingMessages(tx, {
        subscriberId: subscriber.id,
        kinds: ['digest', 'note'],
        reason: ELSEWHERE,
      })
    default:
      throw new Fault('request.wrong-type', { field: 'do', takes: 'make, renew, off or only' })
  }
}
