import { bouncesOfSubscriber } from '../bounces/bounce-list.repo.ts'
import type { Database } from '../core/database/database.ts'
import { dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { digestsOf } from '../digests/digest.repo.ts'
import { messagesOf } from '../mail/outbox/message-list.repo.ts'
import { papersById } from '../papers/paper.repo.ts'
import { plainText } from '../papers/text/plain-text.ts'
import { historyOf } from '../subscribers/change.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'
import { storedTopicsOf } from '../subscribers/topic.repo.ts'
import { type LearnedTopic, learnedTopics, votesOf } from '../subscribers/vote.repo.ts'
import { findSubscriber, openAccount, type SubscriberRef } from './find-subscriber.ts'
import { exportFromFeatures } from './personal-data.ts'
import { consentsWithNotes } from './show-subscriber.ts'

/** All stored data about one subscriber, as plain JSON: instants in ISO 8601, days as YYYY-MM-DD. */
export interface AccountExport extends Record<string, unknown> {
  site: string
  madeAt: Date
}

/** Read-only. Throws link.*, and subscriber.unknown for an erased subscriber. */
export async function exportAccount(deps: Deps, token: string): Promise<AccountExport> {
  const subscriber = await openAccount(deps, token)
  if (!subscriber) throw new Fault('subscriber.unknown')
  return accountExport(deps, subscriber)
}

/** All stored data about a subscriber, for the operator. Throws address.*, subscriber.unknown. */
export const exportSubscriber = async (deps: Deps, who: SubscriberRef): Promise<AccountExport> =>
  accountExport(deps, await findSubscriber(deps.db, who))

async function accountExport(deps: Deps, subscriber: Subscriber): Promise<AccountExport> {
  const { config, db, clock } = deps
  const { id, addressHash } = subscriber
  return {
    site: config.BASE_URL,
    madeAt: clock.now(),
    subscriber: settingsOf(subscriber),
    ...(await readableTopics(db, id)),
    ...(await historyOf(db, id)),
    consents: (await consentsWithNotes(db, id)).map(({ subscriberId: _, ...consent }) => consent),
    digests: await readableDigests(db, id),
    messages: await messagesOf(db, id),
    bounces: await readableBounces(db, id),
    suppression: await suppressionOf(db, addressHash),
    ...(await exportFromFeatures(deps, id)),
  }
}

const settingsOf = ({ id, address, addressKey, addressHash, ...kept }: Subscriber) => ({
  number: id,
  address,
  addressInLowerCase: addressKey,
  addressAsCode: addressHash,
  ...kept,
})

const readableBounces = async (db: Database, subscriberId: string) =>
  (await bouncesOfSubscriber(db, subscriberId)).map(
    ({ reportId: _, n: __, subscriberId: ___, isRead, kind, messageId, ...one }) => ({
      ...one,
      readable: isRead,
      message: messageId,
      messageKind: kind,
    }),
  )

/** With the votes given under each, and what these and the buttons taught; also of removed topics, which an undo restores. */
async function readableTopics(db: Database, subscriberId: string) {
  const learned = await learnedTopics(db, [subscriberId])
  const topics = []
  for (const { id, ...topic } of await storedTopicsOf(db, subscriberId)) {
    topics.push({ ...topic, ...(await readableLearned(db, id, learned.get(id))) })
    learned.delete(id)
  }
  const removedTopics = []
  for (const [id, ofTopic] of learned) removedTopics.push(await readableLearned(db, id, ofTopic))
  return { topics, removedTopics }
}

async function readableLearned(db: Database, topicId: number, learned: LearnedTopic | undefined) {
  const { phrases = new Map(), ...others } = learned ?? {}
  return { votes: await readableVotes(db, topicId), phrases: Object.fromEntries(phrases), ...others }
}

async function readableVotes(db: Database, topicId: number) {
  const votes = await votesOf(db, topicId)
  const titles = await titlesOf(
    db,
    votes.map(({ paperId }) => paperId),
  )
  return votes.map(({ paperId, phrases, ...given }) => ({
    paper: paperId,
    title: titles.get(paperId) ?? null,
    ...given,
    phrases: Object.fromEntries(phrases),
  }))
}

async function titlesOf(db: Database, ids: readonly number[]): Promise<Map<number, string>> {
  const papers = await papersById(db, [...new Set(ids)])
  return new Map(papers.map(({ id, title }) => [id, plainText(title)]))
}

async function readableDigests(db: Database, subscriberId: string) {
  const digests = await digestsOf(db, subscriberId)
  const ids = digests.flatMap(({ papers }) => papers)
  const titles = await titlesOf(db, ids)
  return digests.map(({ localDate, bestDay, papers, ...digest }) => ({
    localDate: dayOf(localDate),
    ...digest,
    bestDay: bestDay && dayOf(bestDay),
    papers: papers.map((paper) => ({ paper, title: titles.get(paper) ?? null })),
  }))
}
