import type { Database } from '../core/database/database.ts'
import { addDays, DAY_MS, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { paperByName } from '../papers/paper.repo.ts'
import type { Archive } from '../queries/archive.ts'
import { learnProfile, ordinaryPapers, profileWordsOf, voteWeight } from '../queries/ranking/preference.ts'
import type { Vector } from '../queries/ranking/tf-idf.ts'
import { toPaperText } from '../queries/text/tokens.ts'
import { MAX_DAYS, openArchive } from '../search/open-archive.ts'
import { runYielding } from '../search/yield-to-event-loop.ts'
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

/**
 * `kind` null deletes the feedback; `papers` are ids. Repeated feedback counts once. With `keepEarlier`, papers with
 * the opposite feedback keep it. Returns the number of papers with this feedback. Throws paper.unknown.
 */
export async function giveFeedback(
  deps: Deps,
  token: string,
  given: { papers: readonly string[]; kind: FeedbackKind | null; keepEarlier?: boolean },
): Promise<number> {
  const { papers, kind } = given
  const archive = await profileArchive(deps)
  const background = await runYielding(ordinaryPapers(archive))
  return changeProfile(deps, token, async (tx, subscriberId) => {
    const now = deps.clock.now()
    let count = 0
    const earlier = given.keepEarlier ? await listFeedback(tx, subscriberId) : []
    for (const name of papers) {
      const paper = await paperByName(tx, name)
      if (!paper) throw new Fault('paper.unknown', { name: name.slice(0, 100) })
      if (earlier.some((one) => one.paperId === paper.id && one.kind !== kind)) continue
      count++
      const on = { subscriberId, paperId: paper.id }
      const words = profileWordsOf(archive, archive.vectorOfText(toPaperText(paper)))
      await (kind ? saveFeedback(tx, { ...on, kind, words, now }) : deleteFeedback(tx, on))
    }
    await renewProfile(tx, subscriberId, { background, now })
    return count
  })
}

/** Removes a word for good, whatever feedback follows. False if the profile does not have it; then nothing changes. */
export async function removeProfileWord(deps: Deps, token: string, key: string): Promise<boolean> {
  const background = await runYielding(ordinaryPapers(await profileArchive(deps)))
  return changeProfile(deps, token, async (tx, subscriberId) => {
    const isThere = (await profileOfSubscriber(tx, subscriberId))?.words.has(key) ?? false
    if (isThere) await renewProfile(tx, subscriberId, { background, now: deps.clock.now(), without: [key] })
    return isThere
  })
}

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
  const { id, done } = await withHolder(deps, 'manage', token, async ({ tx, subscriber }) => {
    requireSubscription(subscriber)
    return { id: subscriber.id, done: await work(tx, subscriber.id) }
  })
  deps.log.info('subscriber.changed', { subscriber: id, what: 'profile' })
  return done
}

/**
 * Learns the profile from all current feedback, without the words removed before and those in `without`. `background`:
 * the words of ordinary papers.
 */
async function renewProfile(
  tx: Database,
  subscriberId: string,
  renewal: { background: readonly Vector[]; now: Date; without?: readonly string[] },
): Promise<void> {
  const { background, now, without = [] } = renewal
  const feedback = await listFeedback(tx, subscriberId)
  const before = await profileOfSubscriber(tx, subscriberId)
  const removed = new Set([...(before?.removed ?? []), ...without])
  if (feedback.length === 0 && removed.size === 0) return deleteProfile(tx, subscriberId)
  const words = learnProfile({
    votes: feedback.map(({ at, ...vote }) => ({
      ...vote,
      weight: voteWeight((now.getTime() - at.getTime()) / DAY_MS),
    })),
    background,
    removed,
  })
  await saveProfile(tx, { subscriberId, words, removed })
}

export type ShownProfile = Awaited<ReturnType<typeof showProfile>>

/** A profile in words, strongest first, as papers usually write them; empty if there is no profile. */
export async function showProfile(deps: Deps, subscriberId: string) {
  const profile = await profileOfSubscriber(deps.db, subscriberId)
  if (!profile) return { more: [], less: [], removed: [] }
  const archive = await profileArchive(deps)
  const shown = (keys: Iterable<string>) =>
    Array.from(keys, (key) => ({ key, text: writtenAs(archive, key) }))
  const weighed = [...profile.words]
  return {
    more: shown(weighed.filter(([, weight]) => weight > 0).map(([key]) => key)),
    less: shown(weighed.filter(([, weight]) => weight < 0).map(([key]) => key)),
    /** The words that the subscriber removed; feedback does not add them again. */
    removed: shown(profile.removed),
  }
}

/** The papers of back-tests, or more if loaded: they show which words are rare, and how they are written. */
export const profileArchive = (deps: Deps): Promise<Archive> =>
  openArchive(deps, { from: addDays(dayOf(deps.clock.now()), -MAX_DAYS) })

/** How papers usually write a word: "attention" for attent. */
export const writtenAs = (archive: Archive, key: string): string => inRunningText(archive.usualSpelling(key))

/** A word that only begins a sentence has one capital: LLM and PyTorch have more. */
const inRunningText = (word: string): string => (/\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase())
