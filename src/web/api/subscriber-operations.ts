import { pauseSubscriber, resumeSubscriber } from '../../account/change-by-operator.ts'
import { findSubscriber } from '../../account/find-subscriber.ts'
import { changeAddressByOperator } from '../../account/request-address-change.ts'
import { jsonOfSubscriberDetails, showSubscriber } from '../../account/show-subscriber.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import type { Deps } from '../../core/deps.ts'
import { suppress, unsuppress } from '../../subscribers/suppress-subscriber.ts'
import type { Site } from '../pages.ts'
import { type Api, changeFaults, operatorOperation, runApiChange } from './operation.ts'
import { idParams } from './schemas/common.ts'
import { bare, changed, move, pauseOrBare, suppression } from './schemas/subscribers.ts'

const operationSchema = (operationId: string, summary: string) => ({
  ...operatorOperation('subscribers', operationId, summary),
  params: idParams,
  response: { 200: changed, ...changeFaults(404, 409) },
})

/** Operations on one subscriber. Each returns the subscriber after the change, and is safe to repeat. */
export function addSubscriberOperations(api: Api, { deps }: Site): void {
  const runOperation = operationRunner(deps)
  const paused = { ...operationSchema('pauseSubscriber', 'Pause digests'), body: pauseOrBare }
  api.post('/api/subscribers/:id/pause', { schema: paused }, ({ params: { id }, body }) =>
    runOperation(id, 'pause', body, (txDeps) => pauseSubscriber(txDeps, { id, until: body?.until ?? null })),
  )
  const resumed = { ...operationSchema('resumeSubscriber', 'Resume digests after a pause'), body: bare }
  api.post('/api/subscribers/:id/resume', { schema: resumed }, ({ params: { id }, body }) =>
    runOperation(id, 'resume', body, (txDeps) => resumeSubscriber(txDeps, { id })),
  )
  const ended = { ...operationSchema('unsubscribeSubscriber', 'End a subscription'), body: bare }
  api.post('/api/subscribers/:id/unsubscribe', { schema: ended }, ({ params: { id }, body }) =>
    runOperation(id, 'unsubscribe', body, (txDeps) => unsubscribeByOperator(txDeps, { id })),
  )
  const suppressed = {
    ...operationSchema('suppressSubscriber', 'Never email their address'),
    body: suppression,
  }
  api.post('/api/subscribers/:id/suppress', { schema: suppressed }, ({ params: { id }, body }) =>
    runOperation(id, 'suppress', body, async (txDeps) =>
      suppress(txDeps, { email: await addressOf(txDeps, id), reason: body?.reason ?? 'operator' }),
    ),
  )
  const lifted = {
    ...operationSchema('unsuppressSubscriber', 'Remove the suppression: their earlier state is restored'),
    body: bare,
  }
  api.post('/api/subscribers/:id/unsuppress', { schema: lifted }, ({ params: { id }, body }) =>
    runOperation(id, 'unsuppress', body, async (txDeps) =>
      unsuppress(txDeps, { email: await addressOf(txDeps, id) }),
    ),
  )
  const moved = { ...operationSchema('moveSubscriber', 'Change their address'), body: move }
  api.post('/api/subscribers/:id/move', { schema: moved }, ({ params: { id }, body }) =>
    runOperation(id, 'move', body, (txDeps) => changeAddressByOperator(txDeps, { id, newEmail: body.email })),
  )
}

const operationRunner =
  (deps: Site['deps']) =>
  async (
    id: string,
    verb: string,
    body: { dryRun: boolean } | undefined,
    work: (deps: Deps) => Promise<unknown>,
  ) => {
    const dryRun = body?.dryRun ?? false
    const action = { verb: `subscribers ${verb}`, subscriberId: id, dryRun }
    const subscriber = await runApiChange(deps, action, async (txDeps) => {
      await work(txDeps)
      return jsonOfSubscriberDetails(await showSubscriber(txDeps, { id }))
    })
    return { dryRun, subscriber }
  }

const addressOf = async ({ db }: Deps, id: string): Promise<string> =>
  (await findSubscriber(db, { id })).address
