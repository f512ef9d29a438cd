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

// What the holder of a manage link wants more and less of. It moves the order of papers, and is no change of what they
// get. All throw link.*, subscriber.state.

/** `kind` null takes it back; `paper` is its number. Given twice, it counts once. Throws paper.unknown. */
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

/** What a paper is about is kept in so many words. */
const WORDS_OF_A_PAPER = 60

/** The word stays out, also when more is said of other papers. False for one that is not there, which changes nothing. */
export const removeProfileWord = (deps: Deps, token: string, key: string): Promise<boolean> =>
  withHolder(deps, token, async (tx, subscriberId) => {
    const isThere = (await profileOfSubscriber(tx, subscriberId))?.words.has(key) ?? false
    if (isThere) await renewProfile(tx, subscriberId, [key])
    return isThere
  })

/** Every opinion, the profile, and which words were taken out of it. */
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

/** As all opinions have it now, without the words that were taken out before and `without`. */
async function renewProfile(
  tx: DatabaseOrTransaction,
  subscriberId: string,
  without: readonly string[] = [],
): Promise<void> {
  const opinions = await listFeedback(tx, subscriberId)
  const before = await profileOfSubscriber(tx, subscriberId)
  const removed = new Set([...(before?.removed ?? []), ...without])
  if (opinions.length === 0 && removed.size === 0) return deleteProfile(tx, subscriberId)
  const vectors = (kind: FeedbackKind) =>
    opinions.filter((opinion) => opinion.kind === kind).map(({ words }) => words)
  const words = profileOf({ more: vectors('more'), less: vectors('less'), removed })
  await saveProfile(tx, { subscriberId, words, removed })
}
