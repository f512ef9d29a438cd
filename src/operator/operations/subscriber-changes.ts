import { z } from 'zod'
import { mailManageLink } from '../../account/account-link.ts'
import {
  addTopicsByOperator,
  pauseSubscriber,
  removeTopicByOperator,
  resumeSubscriber,
} from '../../account/change-by-operator.ts'
import { eraseSubscriber } from '../../account/erase-subscriber.ts'
import { findSubscriber, type SubscriberRef } from '../../account/find-subscriber.ts'
import { changeAddressByOperator } from '../../account/request-address-change.ts'
import { jsonOfSubscriberDetails, showSubscriber } from '../../account/show-subscriber.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import type { Deps } from '../../core/deps.ts'
import { hasSubscription } from '../../subscribers/subscriber.ts'
import { suppress, unsuppress } from '../../subscribers/suppress-subscriber.ts'
import { day, email, query } from './fields.ts'
import { type Operation, operation } from './operation.ts'
import * as schemas from './subscriber-schemas.ts'
import { textOfTopics } from './subscriber-text.ts'

/** The route of a change; its response is the subscriber afterwards. */
export const changeRoute = (verb: string, operationId: string) => ({
  path: `/api/subscribers/:id/${verb}`,
  operationId,
  response: schemas.changed,
  faults: [409] as const,
  body: async (deps: Deps, _result: unknown, { who }: { who: SubscriberRef }) => ({
    subscriber: jsonOfSubscriberDetails(await showSubscriber(deps, who)),
  }),
})

const addressOf = async ({ db }: Deps, who: SubscriberRef): Promise<string> =>
  'email' in who ? who.email : (await findSubscriber(db, who)).address

const pause = operation({
  name: 'subscribers pause',
  summary: 'pause digests',
  effect: 'change',
  subject: 'subscriber',
  input: z.object({ until: day.describe('When digests resume').optional() }),
  run: (deps, { who, until = null }) => pauseSubscriber(deps, { ...who, until }),
  output: (_result, { who, until = null }) => ({
    json: { ...who, state: 'paused', pausedUntil: until },
    text: `Paused${until ? ` until ${until}` : ''}.`,
  }),
  command: {
    options: { until: ['--until <date>', 'the date on which they resume; default: until resumed'] },
  },
  api: changeRoute('pause', 'pauseSubscriber'),
  admin: {
    button: 'Pause',
    when: ({ subscriber }) => subscriber.state === 'active',
    labels: { until: 'Until (optional)' },
    done: 'Paused. They won’t get digests.',
  },
})

const resume = operation({
  name: 'subscribers resume',
  summary: 'resume digests after a pause',
  effect: 'change',
  subject: 'subscriber',
  run: (deps, { who }) => resumeSubscriber(deps, who),
  output: (_result, { who }) => ({ json: { ...who, state: 'active' }, text: 'Resumed.' }),
  command: {},
  api: changeRoute('resume', 'resumeSubscriber'),
  admin: {
    button: 'Resume',
    when: ({ subscriber }) => subscriber.state === 'paused',
    done: 'Resumed. They get the next digest at their usual hour.',
  },
})

const suppressOne = operation({
  name: 'subscribers suppress',
  summary: 'never email this address, subscribed or not',
  effect: 'change',
  subject: 'subscriber',
  input: z.object({ reason: schemas.reason }),
  run: async (deps, { who, reason }) => suppress(deps, { email: await addressOf(deps, who), reason }),
  output: (_result, { who, reason }) => ({
    json: { ...who, suppressed: reason },
    text: `Suppressed (${reason}).`,
  }),
  command: { options: { reason: ['--reason <reason>', 'why'] } },
  api: { ...changeRoute('suppress', 'suppressSubscriber'), summary: 'Never email their address' },
  admin: {
    button: 'Suppress',
    when: ({ suppression }) => !suppression,
    labels: { reason: 'Reason' },
    done: 'Suppressed. We won’t email this address.',
  },
})

const unsuppressOne = operation({
  name: 'subscribers unsuppress',
  summary: 'remove a suppression: the subscriber’s earlier state is restored',
  effect: 'change',
  subject: 'subscriber',
  run: async (deps, { who }) => unsuppress(deps, { email: await addressOf(deps, who) }),
  output: (_result, { who }) => ({
    json: { ...who, suppressed: null },
    text: 'Not suppressed any more. The subscriber’s earlier state is restored; after a complaint, unsubscribed.',
  }),
  command: {},
  api: {
    ...changeRoute('unsuppress', 'unsuppressSubscriber'),
    summary: 'Remove the suppression: their earlier state is restored',
  },
  admin: {
    button: 'Remove suppression',
    when: ({ suppression }) => suppression !== null,
    done: 'Suppression removed. Their earlier state is restored.',
  },
})

const sendLink = operation({
  name: 'subscribers send-link',
  summary: 'email a subscriber the link to their digests',
  effect: 'change',
  subject: 'subscriber',
  run: (deps, { who }) => mailManageLink(deps, who),
  nudges: (isQueued) => (isQueued ? ['drain-transactional'] : []),
  admin: {
    button: 'Email their link',
    when: ({ subscriber }) => hasSubscription(subscriber),
    done: {
      'send-link': 'An email with the link to their digests is on its way.',
      'link-held': 'No email was queued: the limit is two of these within a day.',
    },
    outcome: (isQueued) => (isQueued ? 'send-link' : 'link-held'),
  },
})

const unsubscribe = operation({
  name: 'subscribers unsubscribe',
  summary: 'end a subscription',
  effect: 'change',
  subject: 'subscriber',
  run: (deps, { who }) => unsubscribeByOperator(deps, who),
  output: (ended, { who }) => ({
    json: { ...who, ended },
    text: ended ? 'Unsubscribed.' : 'Already ended: nothing to do.',
  }),
  command: {},
  api: changeRoute('unsubscribe', 'unsubscribeSubscriber'),
  admin: {
    button: 'Unsubscribe…',
    when: ({ subscriber }) => subscriber.state !== 'unsubscribed',
    done: 'Unsubscribed. Only they can resubscribe.',
    confirm: {
      title: 'Unsubscribe this subscriber?',
      button: 'Unsubscribe',
      lines: [
        'This ends their subscription now. Emails waiting for them won’t be sent.',
        'They get no email about it. Only they can resubscribe: you can’t undo this for them.',
      ],
    },
  },
})

const erase = operation({
  name: 'subscribers erase',
  summary: 'erase a subscriber’s data; a suppressed address stays suppressed',
  effect: 'change',
  subject: 'subscriber',
  run: (deps, { who }) => eraseSubscriber(deps, who),
  output: () => ({ json: { erased: true }, text: 'Erased.' }),
  command: {},
  api: {
    method: 'DELETE',
    path: '/api/subscribers/:id',
    operationId: 'eraseSubscriber',
    response: schemas.erased,
    body: () => ({ erased: true as const }),
  },
  admin: {
    button: 'Erase…',
    done: 'Erased. Nothing here identifies them any more.',
    confirm: {
      title: 'Erase this subscriber?',
      button: 'Erase permanently',
      lines: [
        'This deletes their address, topics, settings and the contents of their emails. It can’t be undone.',
        'A number without an address stays, so that past totals remain correct. A suppressed address stays suppressed.',
      ],
    },
  },
})

const move = operation({
  name: 'subscribers move',
  summary: 'change a subscriber’s address',
  effect: 'change',
  subject: 'subscriber',
  input: z.object({ email }),
  run: (deps, { who, email: newEmail }) => changeAddressByOperator(deps, { ...who, newEmail }),
  output: (_result, { email }) => ({ json: { email }, text: 'Moved.' }),
  command: { arguments: { email: ['<new>', 'the new address'] } },
  api: { ...changeRoute('move', 'moveSubscriber'), summary: 'Change their address' },
})

/** In the order of the admin page and of --help. */
export const SUBSCRIBER_CHANGES: readonly Operation[] = [
  pause,
  resume,
  suppressOne,
  unsuppressOne,
  sendLink,
  unsubscribe,
  erase,
  move,
]

/** Those with a form on a subscriber's admin page. */
export const ADMIN_OPERATIONS = SUBSCRIBER_CHANGES.filter(({ admin }) => admin)

const listTopics = operation({
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

const addTopic = topicChange('add', 'addTopic', addTopicsByOperator, { field: query })
const removeTopic = topicChange('remove', 'removeTopic', removeTopicByOperator, {
  help: 'the query, or the name, of one topic',
  field: query.describe('Query or name of one topic'),
})

export const TOPIC_OPERATIONS = [listTopics, addTopic, removeTopic]
