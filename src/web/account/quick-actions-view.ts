import type { OpenedTopic } from '../../account/open-topic.ts'
import { words } from '../../i18n/words.ts'
import type { QueryEdit } from '../../queries/language/edit-query.ts'
import { type TopicPathParams, trialPath } from './topic-path.ts'

/** A choice as a link, or the reason why it is not available. */
interface QuickActionView {
  text: string
  path: string | null
  note: string
}

/** The changes of a topic that start from one paper. */
export interface QuickActionsView {
  words: QuickActionView[]
  /** The first few authors; the others are in moreAuthors. */
  authors: QuickActionView[]
  moreAuthors: QuickActionView[]
  votes: QuickActionView | null
}

const FIRST_AUTHORS = 3

export function quickActionsView(place: TopicPathParams, { from, votes }: OpenedTopic): QuickActionsView {
  const authors = from?.quickActions.authors.map(({ name, query }) => ({
    text: name,
    path: query && trialPath({ ...place, query, named: name }),
    note: query ? '' : words.topicPage.follow.already,
  }))
  return {
    words: linksFirst(
      from?.quickActions.words.flatMap(({ text, edit }) => muteWordView(place, text, edit)) ?? [],
    ),
    authors: authors?.slice(0, FIRST_AUTHORS) ?? [],
    moreAuthors: authors?.slice(FIRST_AUTHORS) ?? [],
    votes: votes && votesView(place, votes),
  }
}

const linksFirst = (handles: QuickActionView[]): QuickActionView[] =>
  handles.toSorted((a, b) => Number(a.path === null) - Number(b.path === null))

/** Empty if no query can express the change. */
function muteWordView(
  place: TopicPathParams,
  text: string,
  { query, refused }: QueryEdit,
): QuickActionView[] {
  if (query !== undefined) return [{ text, path: trialPath({ ...place, query }), note: '' }]
  return refused === 'already' ? [{ text, path: null, note: words.topicPage.mute.already }] : []
}

function votesView(place: TopicPathParams, { query, refused }: QueryEdit): QuickActionView | null {
  if (query !== undefined)
    return { text: words.topicPage.votes.link, path: trialPath({ ...place, query }), note: '' }
  return refused === 'cannot' ? null : { text: '', path: null, note: words.topicPage.votes[refused] }
}
