import type { Database } from '../core/database/database.ts'
import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { paperByName } from '../papers/paper.repo.ts'
import { profileOf, strongestWords, type Vector } from '../queries/ranking/tf-idf.ts'
import { type PaperText, toPaperText } from '../queries/text/tokens.ts'
import { MAX_DAYS, openArchive } from '../search/open-archive.ts'
import {
  deleteAllFeedback,
  deleteFeedback,
  deleteProfile,
  type FeedbackKind,
  listFeedback,
  profileOfSubscriber,
  saveFeedback,
  saveProfile,
} from '../subscribers/profile.repo.ts'
import { requireSubscription } from '../subscribers/subscriber.ts'
import { withHolder } from './find-subscriber.ts'

// Feedback by the holder of a manage link. It affects only the order of papers, so it is not a change of the
// subscription. All functions throw link.*, subscriber.state.

/** `kind` null deletes the feedback; `paper` is an id. Repeated feedback counts once. Throws paper.unknown. */
export async function giveFeedback(
  deps: Deps,
  token: string,
  { paper: name, kind }: { paper: string; kind: FeedbackKind | null },
): Promise<void> {
  const { vectorOf } = await paperVectors(deps)
  await changeProfile(deps, token, async (tx, subscriberId) => {
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
  changeProfile(deps, token, async (tx, subscriberId) => {
    const isThere = (await profileOfSubscriber(tx, subscriberId))?.words.has(key) ?? false
    if (isThere) await renewProfile(tx, subscriberId, [key])
    return isThere
  })

/** Deletes all feedback, the profile, and the list of removed words. */
export const resetProfile = (deps: Deps, token: string): Promise<void> =>
  changeProfile(deps, token, async (tx, subscriberId) => {
    await deleteAllFeedback(tx, subscriberId)
    await deleteProfile(tx, subscriberId)
  })

async function changeProfile<T>(
  deps: Deps,
  token: string,
  work: (tx: Database, subscriberId: string) => Promise<T>,
): Promise<T> {
  const by = { token, purpose: 'manage' } as const
  const { id, done } = await withHolder(deps, by, async ({ tx, subscriber }) => {
    requireSubscription(subscriber)
    return { id: subscriber.id, done: await work(tx, subscriber.id) }
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'profile' })
  return done
}

/** Computes the profile from all current feedback, without the words removed before and those in `without`. */
async function renewProfile(
  tx: Database,
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

/** A word of a profile. */
interface ShownWord {
  key: string
  /** As papers usually write it. */
  text: string
}

/** A profile in words, strongest first; empty if there is no profile. */
export interface ShownProfile {
  more: ShownWord[]
  less: ShownWord[]
  /** The words that the subscriber removed; feedback does not add them again. */
  removed: ShownWord[]
}

export async function showProfile(deps: Deps, subscriberId: string): Promise<ShownProfile> {
  const profile = await profileOfSubscriber(deps.db, subscriberId)
  if (!profile) return { more: [], less: [], removed: [] }
  const { writtenAs } = await paperVectors(deps)
  const shown = (keys: Iterable<string>) => Array.from(keys, (key) => ({ key, text: writtenAs(key) }))
  const weighed = [...profile.words]
  return {
    more: shown(weighed.filter(([, weight]) => weight > 0).map(([key]) => key)),
    less: shown(weighed.filter(([, weight]) => weight < 0).map(([key]) => key)),
    removed: shown(profile.removed),
  }
}

/** The words of papers with their weights. */
export interface PaperVectors {
  vectorOf(paper: PaperText): Vector
  /** How papers usually write a word: "attention" for attent. */
  writtenAs(key: string): string
}

/**
 * Learns which words are rare, and how they are written, from the days of back-tests, and from more if they are loaded.
 */
export async function paperVectors(deps: Deps): Promise<PaperVectors> {
  const archive = await openArchive(deps, { from: addDays(dayOf(deps.clock.now()), -MAX_DAYS) })
  return {
    vectorOf: archive.vectorOfText,
    writtenAs: (key) => inRunningText(archive.usualSpelling(key)),
  }
}

/** A word that only begins a sentence has one capital: LLM and PyTorch have more. */
const inRunningText = (word: string): string => (/\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase())
