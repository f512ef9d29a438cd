import { DAY_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { seal, unseal } from '../../core/secrets.ts'
import { isOutdated } from '../../subscribers/links.ts'
import { trialPath } from '../../subscribers/page-links.ts'
import { subscriberById } from '../../subscribers/subscriber.repo.ts'
import { hasSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import { type StoredTopic, storedTopicsOf } from '../../subscribers/topic.repo.ts'
import { tokenById } from './agent-token.repo.ts'
import { mcpErrors } from './mcp-errors.ts'

const PURPOSE = 'topic proposal'
const LIVES_MS = 7 * DAY_MS

/** A change of a topic that an agent proposes. It is in the link, sealed; nothing is stored. */
export interface Proposal {
  subscriberId: string
  epoch: number
  tokenId: number
  topicId: number
  query: string
  /** The name of a new topic with this query; null: the topic changes. */
  named: string | null
  /** ISO 8601 */
  at: string
}

export const proposalEnd = ({ at }: Pick<Proposal, 'at'>): Date => new Date(Date.parse(at) + LIVES_MS)

export const proposalPath = ({ APP_SECRET }: Deps['config'], proposal: Proposal): string =>
  `/proposals/${seal(JSON.stringify(proposal), { secret: APP_SECRET[0]!, purpose: PURPOSE })}`

/** The page below the subscriber's settings where they decide. */
export function decisionPage({ topicId: id, query, named }: Proposal): string {
  const path = trialPath({ token: 'x', id, query, ...(named !== null && { named }) })
  return path.slice('/manage/x'.length)
}

export interface OpenedProposal extends Proposal {
  subscriber: Subscriber
  topic: StoredTopic
  /** The name of the agent's token. */
  agent: string
}

/** Read-only. Throws mcp.proposal-ended. */
export async function openProposal({ db, config, clock }: Deps, sealed: string): Promise<OpenedProposal> {
  const ended = new Fault(mcpErrors['mcp.proposal-ended'])
  const text = unseal(sealed, { secrets: config.APP_SECRET, purpose: PURPOSE })
  if (text === null) throw ended
  const proposal = JSON.parse(text) as Proposal
  const { subscriberId, topicId, tokenId } = proposal
  const subscriber = await subscriberById(db, subscriberId)
  const token = await tokenById(db, { id: tokenId, subscriberId })
  if (!subscriber || !token || isOutdated(proposal, subscriber) || !hasSubscription(subscriber)) throw ended
  const topic = (await storedTopicsOf(db, subscriberId)).find(({ id }) => id === topicId)
  if (!topic || clock.now() >= proposalEnd(proposal)) throw ended
  return { ...proposal, subscriber, topic, agent: token.name }
}
