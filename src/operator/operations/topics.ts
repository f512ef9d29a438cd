import { z } from 'zod'
import {
  addTopicsByOperator,
  importTopicsByOperator,
  removeTopicByOperator,
} from '../../account/change-by-operator.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import { errorEntries } from '../../core/error-table.ts'
import { Fault } from '../../core/errors.ts'
import { formatTopicsText } from '../../subscribers/topics-text.ts'
import { query } from './fields.ts'
import { operation, readIn, writeOut } from './operation.ts'
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

const exportTopics = operation({
  name: 'topics export',
  summary: 'export as a text file, for topics import',
  effect: 'read',
  subject: 'subscriber',
  input: z.object({ out: z.string().optional() }),
  run: async (deps, { who, out }) => {
    const { topics } = await showSubscriber(deps, who)
    if (out !== undefined) await writeOut(out, formatTopicsText(topics), 0o600)
    return topics
  },
  output: (topics, { out }) =>
    out === undefined
      ? { text: formatTopicsText(topics).trimEnd() }
      : { json: { file: out, topics: topics.length }, text: `${topics.length} topics to ${out}.` },
  command: { options: { out: ['--out <file>', 'output file; default: the terminal'] } },
})

const importTopics = operation({
  name: 'topics import',
  summary: 'add new topics from a text file, one query per line',
  effect: 'change',
  subject: 'subscriber',
  input: z.object({ text: z.string() }),
  run: (deps, { who, text }) => importTopicsByOperator(deps, { ...who, text }),
  output: ({ topics, added }) => ({
    text: [`${added.length} added.`, ...textOfTopics(topics)].join('\n'),
  }),
  command: {
    arguments: { text: ['<file>', 'or - for standard input'] },
    readFiles: async ({ text: file }) => ({ text: await textIn(file) }),
  },
})

const MAX_KILOBYTES = 256
const MAX_BYTES = MAX_KILOBYTES * 1024

export const topicFileErrors = errorEntries(400, 2, {
  'topics.no-file':
    'Cannot read "{file}" ({why}): use a UTF-8 text file of up to {most} kB with one query per line, or - for standard input.',
})

/** Throws topics.no-file. */
async function textIn(file: string): Promise<string> {
  const refuse = (why: string) =>
    new Fault(topicFileErrors['topics.no-file'], { file, why, most: MAX_KILOBYTES })
  const bytes = await readIn(file, MAX_BYTES).catch(({ code }) => {
    throw refuse(code)
  })
  if (bytes.length > MAX_BYTES) throw refuse('too large')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse('not UTF-8')
  }
}

export const TOPIC_OPERATIONS = [list, add, remove, exportTopics, importTopics]
