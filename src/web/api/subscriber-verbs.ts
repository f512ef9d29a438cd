import { moveSubscriber } from '../../account/move-subscriber.ts'
import { pauseSubscriber, resumeSubscriber } from '../../account/pause-subscriber.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import { jsonOfShown } from '../../account/subscriber-json.ts'
import { unsubscribeByOperator } from '../../account/unsubscribe.ts'
import { findSubscriber } from '../../account/with-subscriber.ts'
import type { Deps } from '../../core/deps.ts'
import { suppress, unsuppress } from '../../subscribers/suppress-subscriber.ts'
import type { Site } from '../site.ts'
import { idParams } from './schemas/kinds.ts'
import { bare, changed, move, pauseOrBare, suppression } from './schemas/subscribers.ts'
import { type Api, change, changeFaults, closed } from './scope.ts'

const about = (operationId: string, summary: string) => ({
  ...closed('subscribers', operationId, summary),
  params: idParams,
  response: { 200: changed, ...changeFaults(404, 409) },
})

/** What the operator does to one subscriber. Each answers with how they stand then, and may be sent again. */
export function addSubscriberVerbs(api: Api, { deps }: Site): void {
  const done = doer(deps)
  const paused = { ...about('pauseSubscriber', 'Pause digests'), body: pauseOrBare }
  api.post('/api/subscribers/:id/pause', { schema: paused }, ({ params: { id }, body }) =>
    done(id, 'pause', body, (tried) => pauseSubscriber(tried, { id, until: body?.until ?? null })),
  )
  const resumed = { ...about('resumeSubscriber', 'Resume digests after a pause'), body: bare }
  api.post('/api/subscribers/:id/resume', { schema: resumed }, ({ params: { id }, body }) =>
    done(id, 'resume', body, (tried) => resumeSubscriber(tried, { id })),
  )
  const ended = { ...about('unsubscribeSubscriber', 'End a subscription'), body: bare }
  api.post('/api/subscribers/:id/unsubscribe', { schema: ended }, ({ params: { id }, body }) =>
    done(id, 'unsubscribe', body, (tried) => unsubscribeByOperator(tried, { id })),
  )
  const suppressed = { ...about('suppressSubscriber', 'Never email their address'), body: suppression }
  api.post('/api/subscribers/:id/suppress', { schema: suppressed }, ({ params: { id }, body }) =>
    done(id, 'suppress', body, async (tried) =>
      suppress(tried, { email: await addressOf(tried, id), reason: body?.reason ?? 'operator' }),
    ),
  )
  const lifted = {
    ...about('unsuppressSubscriber', 'Remove the suppression: their earlier state is restored'),
    body: bare,
  }
  api.post('/api/subscribers/:id/unsuppress', { schema: lifted }, ({ params: { id }, body }) =>
    done(id, 'unsuppress', body, async (tried) => unsuppress(tried, { email: await addressOf(tried, id) })),
  )
  const moved = { ...about('moveSubscriber', 'Change their address'), body: move }
  api.post('/api/subscribers/:id/move', { schema: moved }, ({ params: { id }, body }) =>
    done(id, 'move', body, (tried) => moveSubscriber(tried, { id, newEmail: body.email })),
  )
}

const doer =
  (deps: Site['deps']) =>
  async (
    id: string,
    verb: string,
    body: { dryRun: boolean } | undefined,
    work: (deps: Deps) => Promise<unknown>,
  ) => {
    const dryRun = body?.dryRun ?? false
    const doing = { verb: `subscribers ${verb}`, subscriberId: id, dryRun }
    const subscriber = await change(deps, doing, async (tried) => {
      await work(tried)
      return jsonOfShown(await showSubscriber(tried, { id }))
    })
    return { dryRun, subscriber }
  }

const addressOf = async ({ db }: Deps, id: string): Promise<string> =>
  (await findSubscriber(db, { id })).address
