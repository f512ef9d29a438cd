import { z } from 'zod'
import { readOneTopic } from '../../account/form-changes.ts'
import { Fault } from '../../core/errors.ts'
import { count, query } from '../../operator/operations/fields.ts'
import { describeQuery } from '../../queries/language/describe-query.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { storedTopicsOf } from '../../subscribers/topic.repo.ts'
import { parseTopicName } from '../../subscribers/topics-text.ts'
import { mcpErrors } from './mcp-errors.ts'
import { requireToken } from './own-tools.ts'
import { decisionPage, type Proposal, proposalEnd, proposalPath } from './proposal.ts'
import { toolOf } from './tool.ts'

const MAX_ID = 2_147_483_647
const MAX_NAME = 80
/** In the link of an email: a longer one would exceed the length of a line. */
const MAX_PAGE = 500

export const proposeTopicChange = toolOf({
  name: 'propose_topic_change',
  title: 'Propose a change of a topic',
  description:
    'Returns a link for the owner of the token to a page that shows what a changed topic, or a new one, would bring. This changes nothing, and neither does opening the link: give the link to the person, who decides there. Try the query with preview_topic first.',
  input: z.strictObject({
    topic: z
      .int({ error: 'the id of a topic' })
      .min(1, 'the id of a topic')
      .max(MAX_ID, 'the id of a topic')
      .optional()
      .describe('The id of the topic to change, from my_digest; leave it out to propose a new topic'),
    query,
    name: z
      .string({ error: `a name of up to ${MAX_NAME} characters` })
      .max(MAX_NAME, `a name of up to ${MAX_NAME} characters`)
      .optional()
      .describe('For a new topic; without one, its query is its name'),
  }),
  output: z.object({
    link: z.string().describe('For the person, not for you'),
    until: z.string().describe('When the link ends: ISO 8601'),
    topic: z.object({ id: count, name: z.string(), query: z.string() }).nullable(),
    query: z.string(),
    understood: z.string(),
  }),
  async run(caller, { topic: topicId, query: typed, name = '' }) {
    const { db, config, clock } = caller.deps
    const { subscriber, tokenId } = requireToken(caller)
    const { id: subscriberId, epoch } = subscriber
    const topics = await storedTopicsOf(db, subscriberId)
    const topic = topics.find(({ id }) => id === topicId) ?? null
    if (topicId !== undefined && !topic) throw new Fault(mcpErrors['mcp.no-topic'], { id: topicId })
    if (topics.length === 0) throw new Fault(mcpErrors['mcp.no-topics'])
    const query = readOneTopic(
      typed,
      topics.filter((one) => one !== topic),
    )
    if (query === topic?.query) throw new Fault(mcpErrors['mcp.same-topic'])
    const proposal: Proposal = {
      subscriberId,
      epoch,
      tokenId,
      topicId: (topic ?? topics[0]!).id,
      query,
      named: topic ? null : parseTopicName(name),
      at: clock.now().toISOString(),
    }
    const { length } = decisionPage(proposal)
    if (length > MAX_PAGE) throw new Fault(mcpErrors['mcp.long-proposal'], { length, most: MAX_PAGE })
    return {
      link: `${config.BASE_URL}${proposalPath(config, proposal)}`,
      until: proposalEnd(proposal).toISOString(),
      topic: topic && { id: topic.id, name: topic.name, query: topic.query },
      query,
      understood: describeQuery(parseQuery(query)),
    }
  },
})
