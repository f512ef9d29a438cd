import { z } from 'zod'
import { undefinedIfThrown } from '../../core/errors.ts'
import { oneLine, truncateAtWord, withoutLinks } from '../../mail/rendering/text.ts'
import { parseOrNull } from '../../queries/language/parse-query.ts'
import { isForeign } from '../../queries/language/sentence-words.ts'
import { splitTopics } from '../../queries/language/split-topics.ts'
import { isTextLeaf, leavesOf } from '../../queries/query.ts'

const MAX_GRADE = 10
const MAX_REASON_LENGTH = 140

/** A grade as the reply must have it: of the paper that was asked about, and nothing else. */
const replySchema = z.strictObject({
  paper: z.string(),
  grade: z.int().min(0).max(MAX_GRADE),
  reason: z.string(),
})

export interface ReaderGrade {
  grade: number
  /** Plain text on one line, without links; may be empty. */
  reason: string
}

/** The grade in a reply about a paper; null for anything else. */
export function readReply(reply: string, paper: string): ReaderGrade | null {
  const { data } = replySchema.safeParse(jsonIn(reply))
  return data?.paper === paper ? { grade: data.grade, reason: cleanReason(data.reason) } : null
}

const MAX_QUERY_LENGTH = 200
const querySchema = z.strictObject({ query: z.string() })

/** The query in a reply about a topic in another language; null unless it is one topic of English words in our language. */
export function readQuery(reply: string): string | null {
  const { data } = querySchema.safeParse(jsonIn(reply))
  const query = oneLine((data?.query ?? '').normalize('NFKC'))
  if (query.length > MAX_QUERY_LENGTH || isForeign(query) || new RegExp(ADDRESS).test(query)) return null
  const tree = parseOrNull(query)
  const isOfWords = tree !== null && leavesOf(tree).some(isTextLeaf)
  // The field for topics splits at commas.
  return isOfWords && splitTopics(query).join('\n') === query ? query : null
}

const jsonIn = (reply: string): unknown => undefinedIfThrown(() => JSON.parse(withoutFence(reply)) as unknown)

/** Many models put JSON between ```json and ```. */
const withoutFence = (reply: string): string => reply.trim().replace(/^```(?:json)?\s*\n(.*)\n```$/s, '$1')

const ADDRESS = /\b[a-z][a-z+.-]*:\/\/\S*|\b(?:www\.|mailto:|javascript:|data:)\S*|\S+@\S+/gi
const HOST = /(?:[\p{L}\p{N}-]+[.\u3002\uff61])+\p{L}{2,}(?<path>[/?#]\S*)?/gu
const MARKUP = /<[^>]*>?|[*_`~#|\\[\]{}<>^"\u201c\u201d]+/g
/** Before it is cleaned. */
const MAX_RAW_LENGTH = 1000

function cleanReason(text: string): string {
  const plain = oneLine(text.slice(0, MAX_RAW_LENGTH).normalize('NFKC'))
    .replace(MARKUP, ' ')
    .replace(ADDRESS, ' ')
    // A mail program makes a link of "evil.example" too.
    .replace(HOST, (host, path?: string) => (path ? ' ' : withoutLinks(host)))
    .replace(/\s+([.,;:!?)])/g, '$1')
  return truncateAtWord(oneLine(plain), MAX_REASON_LENGTH)
}
