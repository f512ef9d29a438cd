import type { DigestPaper } from '../../digests/digest-content.ts'
import { nearest } from '../../digests/nearest.ts'
import { parseQuery } from '../../filters/language/parse-query.ts'
import { asksForRevised } from '../../filters/language/turning.ts'
import { type WhyEmpty, whyEmpty } from '../../filters/reasons/why-empty.ts'
import type { Deps } from '../../wiring.ts'
import { type BackTest, type BackTestInput, backTest, type TopicBackTest } from './back-test.ts'
import { recentPapers } from './recent-papers.ts'

/** Why a topic met nothing, and the papers that come nearest. */
export interface Nothing extends WhyEmpty {
  nearest: DigestPaper[]
}

export interface TopicPreview extends TopicBackTest {
  /** Null where it met something, or where there was no paper at all. */
  nothing: Nothing | null
}

export interface Preview extends BackTest {
  topics: TopicPreview[]
}

const MOST_NEAREST = 3

/** A back-test that says more of topics that met nothing. Throws query.*, preview.days. */
export async function previewTopics(deps: Deps, input: BackTestInput): Promise<Preview> {
  const tested = await backTest(deps, input)
  const topics = await Promise.all(
    tested.topics.map(async (topic) => ({ ...topic, nothing: await nothingOf(deps, topic, tested.days) })),
  )
  return { ...tested, topics }
}

async function nothingOf(deps: Deps, { total, query }: TopicBackTest, days: number): Promise<Nothing | null> {
  if (total > 0) return null
  const tree = parseQuery(query)
  const { papers, texts } = await recentPapers(deps, { days, withRevised: asksForRevised(tree) })
  if (papers.length === 0) return null
  return {
    ...whyEmpty(tree, [...texts.values()]),
    nearest: nearest({ papers, texts, queries: [tree], most: MOST_NEAREST }),
  }
}
