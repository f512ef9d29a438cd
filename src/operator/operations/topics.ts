import { z } from 'zod'
import { addTopicsByOperator, removeTopicByOperator } from '../../account/change-by-operator.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import { query } from './fields.ts'
import { operation } from './operation.ts'
import * as schemas from './subscriber-schemas.ts'
import { textOfTopics } from './subscriber-text.ts'

const list = operation({
  name: 'topics list',
  summary: 'the topics of a subscriber, in order',
  effect: 'read',
  subject: 'subscriber',
  run: async (deps, { who }) => (await showSubscriber(deps, who)).topics,
  output: (topics) => ({ text: textOfTopics(topics).join('\n') }),
  command: {},
  api: {
    path: '/api/subscribers/:id/topics',
    operationId: 'listTopics',
    response: schemas.topics,
    body: (_deps, items) => ({ items }),
  },
})

/** A change of a subscriber's topics; its result is all topics afterwards. */
const topicChange = (
  verb: 'add' | 'remove',
  operationId: string,
  change: typeof addTopicsByOperator,
  { help, field }: { help?: string; field: typeof query },
) =>
  operation({
    name: `topics ${verb}`,
    summary: `${verb} a topic`,
    effect: 'change',
    subject: 'subscriber',
    input: z.object({ query: z.string().min(1, 'a query such as robots AND dogs') }),
    run: (deps, { who, query: text }) => change(deps, { ...who, text }),
    output: (topics) => ({ json: { topics }, text: textOfTopics(topics).join('\n') }),
    command: { arguments: { query: ['<query>', help] } },
    api: {
      path: `/api/subscribers/:id/topics${verb === 'add' ? '' : '/remove'}`,
      operationId,
      input: z.strictObject({ query: field }),
      response: schemas.changedTopics,
      faults: [409],
      body: (_deps, items) => ({ items }),
    },
  })

const add = topicChange('add', 'addTopic', addTopicsByOperator, { field: query })
const remove = topicChange('remove', 'removeTopic', removeTopicByOperator, {
  help: 'the query, or the name, of one topic',
  field: query.describe('Query or name of one topic'),
})

export const TOPIC_OPERATIONS = [list, add, remove]
