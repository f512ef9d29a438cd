import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readSignup, type TypedSignup } from '../flows/signup/read-signup.ts'
import { subscribe } from '../flows/signup/subscribe.ts'
import { Fault } from '../platform/errors.ts'
import { formView } from './form-view.ts'
import { networkOf } from './network.ts'
import { readSignupBody } from './request.ts'
import type { Site } from './site.ts'

/** The form, the page after it, and the same as JSON. Nothing here tells whether an address is known. */
export function addSubscribeRoutes(app: FastifyInstance, { deps, pages }: Site): void {
  app.get('/subscribe', async (_request, reply) =>
    pages.send(reply, 'subscribe', { form: formView(deps.config) }),
  )

  app.post('/subscribe', async (request, reply) => {
    const { typed, isProgram } = readSignupBody(request.body)
    try {
      if (!isProgram) await take(request, typed, 'page')
      return reply.redirect('/check-inbox', 303)
    } catch (error) {
      return askAgain(reply, typed, error)
    }
  })

  app.get('/check-inbox', async (_request, reply) => pages.send(reply, 'check-inbox', {}))

  app.post('/api/subscriptions', async (request, reply) => {
    const { typed, isProgram } = readSignupBody(request.body)
    if (!isProgram) await take(request, typed, 'api')
    return reply.code(202).send({ message: 'If this address can be subscribed, a mail is on its way to it.' })
  })

  const take = (request: FastifyRequest, typed: TypedSignup, how: 'page' | 'api') =>
    subscribe(deps, { ...readSignup(deps.config, typed), how, network: networkOf(request.ip) })

  /** The form again, with what was typed and what is wrong with it. */
  const askAgain = (reply: FastifyReply, typed: TypedSignup, error: unknown) => {
    if (!(error instanceof Fault)) throw error
    return pages.send(reply, 'subscribe', { form: formView(deps.config, typed, error) }, error.status)
  }
}
