import { z } from 'zod'
import { changeByOperator } from '../../account/change-by-operator.ts'
import { exportSubscriber } from '../../account/export-account.ts'
import { findSubscriber } from '../../account/find-subscriber.ts'
import {
  jsonOfSubscriber,
  jsonOfSubscriberDetails,
  showSubscriber,
  withTopics,
} from '../../account/show-subscriber.ts'
import { addSubscriber } from '../../account/signup/add-subscriber.ts'
import { cleanText } from '../../queries/language/split-topics.ts'
import type { TypedSettings } from '../../subscribers/read-signup.ts'
import {
  listSubscribers,
  newestSubscribers,
  type SubscriberCursor,
} from '../../subscribers/subscriber.repo.ts'
import { cursorInstant } from './cursor.ts'
import { email, id, settings } from './fields.ts'
import { listOperation, type Page } from './list-operation.ts'
import { operation } from './operation.ts'
import { changeRoute } from './subscriber-changes.ts'
import * as schemas from './subscriber-schemas.ts'
import { textOfAdded, textOfSubscriber } from './subscriber-text.ts'
import { table } from './text-table.ts'

const list = operation({
  name: 'subscribers list',
  summary: 'all subscribers, oldest first',
  effect: 'read',
  input: z.object({ state: schemas.state.optional() }),
  run: async ({ db }, { state }) => withTopics(db, await listSubscribers(db, state)),
  output: (found) => {
    const rows = found.map(({ subscriber: { address, state, hour, zone }, topics }) => {
      return [address, state, topics.length, `${hour}:00 ${zone}`]
    })
    return { json: found.map(jsonOfSubscriber), text: table(['email', 'state', 'topics', 'hour'], rows) }
  },
  command: { options: { state: ['--state <state>', 'only these'] } },
})

const newest = listOperation({
  name: 'subscribers newest',
  summary: 'subscribers, newest first',
  rows: async ({ db }, { state }, { after, max }: Page<SubscriberCursor>) =>
    withTopics(db, await newestSubscribers(db, { state, after, most: max })),
  json: jsonOfSubscriber,
  api: {
    path: '/api/subscribers',
    operationId: 'listSubscribers',
    filters: { state: schemas.state.optional() },
    item: schemas.listedSubscriber,
    list: 'subscribers',
    position: z.tuple([cursorInstant, id]),
    positionOf: ({ subscriber }) => [subscriber.createdAt.toISOString(), subscriber.id],
    after: ([createdAt, id]) => ({ createdAt, id }),
  },
})

const find = operation({
  name: 'subscribers find',
  summary: 'the subscriber with an address',
  effect: 'read',
  input: z.object({ email }),
  run: (deps, who) => showSubscriber(deps, who),
  api: {
    method: 'POST',
    path: '/api/subscribers/find',
    operationId: 'findSubscriber',
    response: schemas.shownSubscriber,
    faults: [404],
    body: (_deps, shown) => jsonOfSubscriberDetails(shown),
  },
})

export const add = operation({
  name: 'subscribers add',
  summary: 'add a subscriber, who gets a confirmation email; with --consent, confirmed at once',
  effect: 'change',
  input: z.object({
    email: z.string(),
    topics: z.array(z.string()).default([]),
    hour: z.string().optional(),
    zone: z.string().optional(),
    days: z.array(z.string()).optional(),
    max: z.string().optional(),
    format: z.string().optional(),
    detail: z.string().optional(),
    related: z.string().optional(),
    // Stored as a record, so it must not be empty.
    consent: z.string().overwrite(cleanText).min(1, 'words that say how they agreed').optional(),
  }),
  run: addSubscriber,
  output: (added, { email }) => ({ json: { email, ...added }, text: textOfAdded(added) }),
  nudges: (added) => (!added.confirmed && added.mail ? ['drain-transactional'] : []),
  command: {
    arguments: { email: ['<email>'] },
    options: {
      topics: ['--topic <query>', 'a topic; repeat for more; without one, the day’s most upvoted papers'],
      hour: ['--hour <hour>', 'hour of the day, 0 to 23, in their zone'],
      zone: ['--zone <zone>', 'time zone, such as Europe/Paris'],
      days: ['--days <days>', 'separated by commas: mon, tue, wed, thu, fri, sat, sun'],
      max: ['--max <papers>', 'papers per email, 1 to 25'],
      format: ['--format <format>', 'html or text'],
      detail: ['--detail <detail>', 'full or titles'],
      related: ['--related <related>', 'false: leave out papers that only come close'],
      consent: ['--consent <how>', 'how they agreed'],
    },
  },
  api: {
    path: '/api/subscribers',
    operationId: 'addSubscriber',
    summary: 'Add a subscriber: confirmed with their consent, otherwise with a confirmation email',
    input: schemas.addition,
    response: schemas.added,
    statuses: [201, 202],
    faults: [409],
    read: ({ email, topics, consent, ...typed }) => ({ email, topics, consent, ...settingsAsText(typed) }),
    body: async (deps, added, { email }) => ({
      confirmed: added.confirmed,
      already: added.confirmed && added.already,
      mail: added.confirmed ? null : added.mail,
      held: added.confirmed ? null : (added.held ?? null),
      subscriber: jsonOfSubscriberDetails(await showSubscriber(deps, { email })),
    }),
    status: (body) => {
      const { dryRun, already, confirmed } = body as Record<string, boolean>
      return dryRun || already ? 200 : confirmed ? 201 : 202
    },
  },
})

const show = operation({
  name: 'subscribers show',
  summary: 'show one subscriber',
  effect: 'read',
  subject: 'subscriber',
  run: (deps, { who }) => showSubscriber(deps, who),
  output: (shown) => ({ json: jsonOfSubscriberDetails(shown), text: textOfSubscriber(shown) }),
  command: {},
  api: {
    path: '/api/subscribers/:id',
    operationId: 'showSubscriber',
    summary: 'One subscriber',
    response: schemas.shownSubscriber,
  },
})

const set = operation({
  name: 'subscribers set',
  summary: 'change settings and topics; omitted fields stay the same',
  effect: 'change',
  subject: 'subscriber',
  input: z.object({ ...settings, topics: schemas.topicTexts.optional() }),
  run: (deps, { who, topics, ...typed }) =>
    changeByOperator(deps, { ...who, topics, settings: settingsAsText(typed) }),
  api: { ...changeRoute('', 'setSubscriber'), method: 'PATCH', path: '/api/subscribers/:id' },
})

/** Settings from JSON as the text that the settings reader takes; absent settings stay absent. */
function settingsAsText({ hour, max, related, ...texts }: Record<string, unknown>): TypedSettings {
  return {
    ...texts,
    ...(hour !== undefined && { hour: String(hour) }),
    ...(max !== undefined && { max: String(max) }),
    ...(related !== undefined && { related: String(related) }),
  }
}

const copy = operation({
  name: 'subscribers copy',
  summary: 'everything stored about them',
  effect: 'read',
  subject: 'subscriber',
  run: async (deps, { who }) => exportSubscriber(deps, { id: (await findSubscriber(deps.db, who)).id }),
  api: {
    path: '/api/subscribers/:id/export',
    operationId: 'exportSubscriber',
    response: schemas.copy,
  },
})

export const SUBSCRIBER_OPERATIONS = [add, list, newest, find, show, set, copy]
