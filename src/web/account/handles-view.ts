import type { OpenedTopic } from '../../account/open-topic.ts'
import { words } from '../../i18n/words.ts'
import type { Edit } from '../../queries/language/edit-query.ts'
import { type TopicPlace, triedPath } from './topic-path.ts'

/** A choice as a link, or why it is none. */
interface HandleView {
  text: string
  path: string | null
  note: string
}

/** The changes that start from a paper. */
export interface HandlesView {
  words: HandleView[]
  /** The first few, and the others. */
  authors: HandleView[]
  moreAuthors: HandleView[]
  votes: HandleView | null
}

const FIRST_AUTHORS = 3

export function handlesView(place: TopicPlace, { from, votes }: OpenedTopic): HandlesView {
  const authors = from?.handles.authors.map(({ name, query }) => ({
    text: name,
    path: query && triedPath({ ...place, query, named: name }),
    note: query ? '' : words.topicPage.follow.already,
  }))
  return {
    words: linksFirst(from?.handles.words.flatMap(({ text, edit }) => wordView(place, text, edit)) ?? []),
    authors: authors?.slice(0, FIRST_AUTHORS) ?? [],
    moreAuthors: authors?.slice(FIRST_AUTHORS) ?? [],
    votes: votes && votesView(place, votes),
  }
}

const linksFirst = (handles: HandleView[]): HandleView[] =>
  handles.toSorted((a, b) => Number(a.path === null) - Number(b.path === null))

/** What no text can say is not there. */
function wordView(place: TopicPlace, text: string, { query, refused }: Edit): HandleView[] {
  if (query !== undefined) return [{ text, path: triedPath({ ...place, query }), note: '' }]
  return refused === 'already' ? [{ text, path: null, note: words.topicPage.mute.already }] : []
}

function votesView(place: TopicPlace, { query, refused }: Edit): HandleView | null {
  if (query !== undefined)
    return { text: words.topicPage.votes.link, path: triedPath({ ...place, query }), note: '' }
  return refused === 'cannot' ? null : { text: '', path: null, note: words.topicPage.votes[refused] }
}
