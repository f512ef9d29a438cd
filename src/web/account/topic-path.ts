import type { TopicPaperRef } from '../../subscribers/links.ts'

export interface TopicPathParams {
  token: string
  /** The topic's. */
  id: number
  /** The number of the paper that its reader came from. */
  paper?: number | string
}

/** The page of one topic: /manage/…/topics/5?paper=12 */
export function topicPath({ token, id, paper }: TopicPathParams, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(paper && { paper: String(paper) }), ...more })
  return `/manage/${token}/topics/${id}${query.size > 0 ? `?${query}` : ''}`
}

/** The same with something tried: a change of the topic, or a topic of its own with that name. */
export const trialPath = ({
  query,
  named,
  ...place
}: TopicPathParams & { query: string; named?: string }): string =>
  `${topicPath(place, { query, ...(named !== undefined && { as: 'new', name: named }) })}#try`

/** For whoever has no link at hand: one by mail, which leads to that page. */
export const requestTopicLinkPath = ({ topicId, paperId }: TopicPaperRef): string =>
  `/manage?topic=${topicId}&paper=${paperId}`
