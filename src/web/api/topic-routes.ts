import { addTopicsByOperator, removeTopicByOperator } from '../../account/change-topics.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import type { Site } from '../site.ts'
import { idParams } from './schemas/kinds.ts'
import { addedTopic, changedTopics, removedTopic, topics } from './schemas/subscribers.ts'
import { type Api, change, changeFaults, closed, operatorFaults } from './scope.ts'

const TAG = 'topics'

/** A subscriber's topics, one by one; PATCH of the subscriber sets all of them. */
export function addTopicRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...closed(TAG, 'listTopics', 'The topics of a subscriber, in order'),
    params: idParams,
    response: { 200: topics, ...operatorFaults(404) },
  }
  api.get('/api/subscribers/:id/topics', { schema: listed }, async ({ params }) => ({
    items: (await showSubscriber(deps, params)).topics,
  }))

  const response = { 200: changedTopics, ...changeFaults(404, 409) }
  const added = { ...closed(TAG, 'addTopic', 'Add a topic'), params: idParams, body: addedTopic, response }
  api.post('/api/subscribers/:id/topics', { schema: added }, async ({ params: { id }, body }) => {
    const { query: text, dryRun } = body
    const doing = { verb: 'topics add', subscriberId: id, dryRun }
    return { dryRun, items: await change(deps, doing, (tried) => addTopicsByOperator(tried, { id, text })) }
  })

  const removed = {
    ...closed(TAG, 'removeTopic', 'Remove a topic'),
    params: idParams,
    body: removedTopic,
    response,
  }
  api.post('/api/subscribers/:id/topics/remove', { schema: removed }, async ({ params: { id }, body }) => {
    const { query: text, dryRun } = body
    const doing = { verb: 'topics remove', subscriberId: id, dryRun }
    return { dryRun, items: await change(deps, doing, (tried) => removeTopicByOperator(tried, { id, text })) }
  })
}
