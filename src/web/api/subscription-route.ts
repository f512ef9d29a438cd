import { z } from 'zod'
import { subscribe } from '../../account/signup/subscribe.ts'
import { words } from '../../i18n/words.ts'
import { readSignup } from '../../subscribers/read-signup.ts'
import type { Site } from '../pages.ts'
import { readSubscriptionJson, readTopicsInSlot, subscriptionFields } from '../request.ts'
import { type Api, publicOperation } from './operation.ts'
import { BODY_FAULTS, faults } from './schemas/faults.ts'

const accepted = z.object({ message: z.string() })

/** The subscribe form as JSON. The response is the same for every address; only the email differs. */
export function addSubscriptionRoute(api: Api, { deps }: Site): void {
  const schema = {
    ...publicOperation('subscriptions', 'subscribe', 'Sign up for digests; a confirmation email follows'),
    body: subscriptionFields,
    response: { 202: accepted, ...faults(403, 429, ...BODY_FAULTS) },
  }
  // The form's reader validates the body, so that both report the same faults.
  const options = { schema, validatorCompiler: () => (value: unknown) => ({ value }) }
  api.post('/api/subscriptions', options, async (request, reply) => {
    const { body, ip } = request
    const form = readSubscriptionJson(body)
    await readTopicsInSlot(deps, request, form)
    const { typed, again, keepsTopics, isBot } = form
    const signup = readSignup(deps.config, typed)
    if (!isBot) {
      await subscribe(deps, { ...signup, how: 'api', ip, again, keepsTopics })
    }
    return reply.code(202).send({ message: words.subscribe.accepted })
  })
}
