import type { OpenedManagePage, ShownTopic } from '../../account/open-manage-page.ts'
import { fill, words } from '../../i18n/words.ts'
import { describePart, describeQuery } from '../../queries/language/describe-query.ts'
import { parseOrNull } from '../../queries/language/parse-query.ts'
import type { Query } from '../../queries/query.ts'
import { barsOf } from '../bars.ts'

/** A topic as a row: its name, what it means, and the papers of 30 days. */
interface TopicRow extends ShownTopic {
  note: string
  /** Undefined if the papers cannot be counted. */
  counted?: { total: number; strip: StripView }
}

/** A bar for each day; `text` is the alternative in words. */
interface StripView {
  bars: { step: number }[]
  text: string
}

export const topicRows = ({ topics, counts }: Pick<OpenedManagePage, 'topics' | 'counts'>): TopicRow[] =>
  topics.map((topic) => {
    const count = counts.get(topic.query)
    return {
      ...topic,
      note: noteOf(topic.query, count?.meaning),
      ...(count && { counted: { total: count.total, strip: stripOf(count.perDay) } }),
    }
  })

function stripOf(perDay: readonly number[]): StripView {
  const days = perDay.filter((papers) => papers > 0).length
  return {
    bars: barsOf(perDay),
    text: fill(words.manage.topics.strip, { days, of: perDay.length, most: Math.max(...perDay) }),
  }
}

/** "author", "not: diffusion", or the whole query in words. */
function noteOf(query: string, meaning: Query | undefined): string {
  const { topics } = words.manage
  const tree = parseOrNull(query)
  if (!tree) return words.requestSummary.unreadable
  const parts = tree.kind === 'and' ? tree.parts : [tree]
  const unwanted = parts.flatMap((part) => (part.kind === 'not' ? [describePart(part.part)] : []))
  const not = unwanted.length > 0 ? [fill(topics.not, { what: unwanted.join(', ') })] : []
  const [only, ...others] = parts.filter(({ kind }) => kind !== 'not')
  const isPlain = others.length === 0 && ['word', 'phrase', 'term'].includes(only!.kind)
  const fields: Partial<Record<string, string>> = topics.fields
  const field = isPlain && 'field' in only! ? fields[only.field] : undefined
  if (field || (isPlain && not.length > 0)) return [...(field ? [field] : []), ...not].join(' · ')
  return describeQuery(meaning ?? tree)
}
