import type { TopicPaperRef } from '../../subscribers/links.ts'

export interface TopicPathParams {
  token: string
  /** The id of the topic. */
  id: number
  /** The id of the paper that the reader came from. */
  paper?: number | string
}

/** The page of one topic: /manage/…/topics/5?paper=12 */
export function topicPath({ token, id, paper }: TopicPathParams, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(paper && { paper: String(paper) }), ...more })
  return `/manage/${token}/topics/${id}${query.size > 0 ? `?${query}` : ''}`
}

/** The same page with a trial: a change of the topic, or a new topic with that name. */
export const trialPath = ({
  query,
  named,
  ...place
}: TopicPathParams & { query: string; named?: string }): string =>
  `${topicPath(place, { query, ...(named !== undefined && { as: 'new', name: named }) })}#try`

/** The page for readers without a link: it emails one that leads to this topic and paper. */
export const requestTopicLinkPath = ({ topicId, paperId }: TopicPaperRef): string =>
  `/manage?topic=${topicId}&paper=${paperId}`
