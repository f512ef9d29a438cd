import { counted, words } from '../i18n/words.ts'
import { oneLine, truncateAtWord } from '../mail/rendering/text.ts'

const MAX_TOPICS = 10
const MAX_LENGTH = 80

/** The first topics, and "and 2 more" or an empty text. */
export function topicList(topics: readonly string[], clean = oneLine) {
  const more = topics.length - MAX_TOPICS
  return {
    topics: topics.slice(0, MAX_TOPICS).map((topic) => truncateAtWord(clean(topic), MAX_LENGTH)),
    moreTopics: more > 0 ? counted(more, words.emails.parts.moreTopics) : '',
  }
}
