import { addTopicsByOperator, removeTopicByOperator } from '../../account/change-by-operator.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import type { Site } from '../pages.ts'
import { type Api, changeFaults, operatorFaults, operatorOperation, runApiChange } from './operation.ts'
import { idParams } from './schemas/common.ts'
import { addedTopic, changedTopics, removedTopic, topics } from './schemas/subscribers.ts'

const TAG = 'topics'

/** A subscriber's topics, one by one; PATCH of the subscriber replaces all of them. */
export function addApiTopicRoutes(api: Api, { deps }: Site): void {
  const listed = {
    ...operatorOperation(TAG, 'listTopics', 'The topics of a subscriber, in order'),
    params: idParams,
    response: { 200: topics, ...operatorFaults(404) },
  }
  api.get('/api/subscribers/:id/topics', { schema: listed }, async ({ params }) => ({
    items: (await showSubscriber(deps, params)).topics,
  }))

  const response = { 200: changedTopics, ...changeFaults(404, 409) }
  const added = {
    ...operatorOperation(TAG, 'addTopic', 'Add a topic'),
    params: idParams,
    body: addedTopic,
    response,
  }
  api.post('/api/subscribers/:id/topics', { schema: added }, async ({ params: { id }, body }) => {
    const { query: text, dryRun } = body
    const action = { verb: 'topics add', subscriberId: id, dryRun }
    return {
      dryRun,
      items: await runApiChange(deps, action, (txDeps) => addTopicsByOperator(txDeps, { id, text })),
    }
  })

  const removed = {
    ...operatorOperation(TAG, 'removeTopic', 'Remove a topic'),
    params: idParams,
    body: removedTopic,
    response,
  }
  api.post('/api/subscribers/:id/topics/remove', { schema: removed }, async ({ params: { id }, body }) => {
    const { query: text, dryRun } = body
    const action = { verb: 'topics remove', subscriberId: id, dryRun }
    return {
      dryRun,
      items: await runApiChange(deps, action, (txDeps) => removeTopicByOperator(txDeps, { id, text })),
    }
  })
}
