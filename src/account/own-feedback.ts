import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { paperByName } from '../papers/paper.repo.ts'
import { profileOf, strongestWords } from '../queries/ranking/profile.ts'
import { toPaperText } from '../queries/text/paper-text.ts'
import {
  deleteAllFeedback,
  deleteFeedback,
  type FeedbackKind,
  listFeedback,
  saveFeedback,
} from '../subscribers/feedback.repo.ts'
import { deleteProfile, profileOfSubscriber, saveProfile } from '../subscribers/profile.repo.ts'
import { lockSubscriber } from '../subscribers/subscriber.repo.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { paperVectors } from './paper-vectors.ts'
import { subscriberByLink } from './subscriber-by-link.ts'

// Feedback by the holder of a manage link. It affects only the order of papers, so it is not a change of the
// subscription. All functions throw link.*, subscriber.state.

/** `kind` null deletes the feedback; `paper` is an id. Repeated feedback counts once. Throws paper.unknown. */
export async function giveFeedback(
  deps: Deps,
  token: string,
  { paper: name, kind }: { paper: string; kind: FeedbackKind | null },
): Promise<void> {
  const { vectorOf } = await paperVectors(deps)
  await withHolder(deps, token, async (tx, subscriberId) => {
    const paper = await paperByName(tx, name)
    if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
    const on = { subscriberId, paperId: paper.id }
    const words = strongestWords(vectorOf(toPaperText(paper)), WORDS_OF_A_PAPER)
    await (kind ? saveFeedback(tx, { ...on, kind, words, now: deps.clock.now() }) : deleteFeedback(tx, on))
    await renewProfile(tx, subscriberId)
  })
}

/** Maximum number of words that are stored for a paper. */
const WORDS_OF_A_PAPER = 60

/** Removes a word for good, whatever feedback follows. False if the profile does not have it; then nothing changes. */
export const removeProfileWord = (deps: Deps, token: string, key: string): Promise<boolean> =>
  withHolder(deps, token, async (tx, subscriberId) => {
    const isThere = (await profileOfSubscriber(tx, subscriberId))?.words.has(key) ?? false
    if (isThere) await renewProfile(tx, subscriberId, [key])
    return isThere
  })

/** Deletes all feedback, the profile, and the list of removed words. */
export const resetProfile = (deps: Deps, token: string): Promise<void> =>
  withHolder(deps, token, async (tx, subscriberId) => {
    await deleteAllFeedback(tx, subscriberId)
    await deleteProfile(tx, subscriberId)
  })

async function withHolder<T>(
  deps: Deps,
  token: string,
  work: (tx: DatabaseOrTransaction, subscriberId: string) => Promise<T>,
): Promise<T> {
  const { subscriber, done } = await deps.db.$transaction(async (tx) => {
    const holder = await subscriberByLink(deps, token, 'manage', (id) => lockSubscriber(tx, id))
    requireSubscription(holder)
    return { subscriber: holder.id, done: await work(tx, holder.id) }
  })
  deps.log.info('subscriber.changed', { subscriber, what: 'profile' })
  return done
}

/** Computes the profile from all current feedback, without the words removed before and those in `without`. */
async function renewProfile(
  tx: DatabaseOrTransaction,
  subscriberId: string,
  without: readonly string[] = [],
): Promise<void> {
  const feedback = await listFeedback(tx, subscriberId)
  const before = await profileOfSubscriber(tx, subscriberId)
  const removed = new Set([...(before?.removed ?? []), ...without])
  if (feedback.length === 0 && removed.size === 0) return deleteProfile(tx, subscriberId)
  const vectors = (kind: FeedbackKind) =>
    feedback.filter((one) => one.kind === kind).map(({ words }) => words)
  const words = profileOf({ more: vectors('more'), less: vectors('less'), removed })
  await saveProfile(tx, { subscriberId, words, removed })
}
