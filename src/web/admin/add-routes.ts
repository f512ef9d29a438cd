import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { findSubscriber } from '../../account/find-subscriber.ts'
import type { AddSubscriberResult } from '../../account/signup/add-subscriber.ts'
import { FieldFaults } from '../../core/errors.ts'
import { words } from '../../i18n/words.ts'
import { runOperation } from '../../operator/operations/run-operation.ts'
import { add } from '../../operator/operations/subscribers.ts'
import { toFault } from '../errors.ts'
import { formOf, formText } from '../request.ts'
import { type AdminSite, lineField } from './admin-site.ts'
import { actorOf } from './operator-rights.ts'

type Outcome = keyof typeof words.admin.add.did

function outcomeOf(added: AddSubscriberResult): Outcome {
  if (added.confirmed) return added.already ? 'already' : 'confirmed'
  if (added.held) return added.held === 'suppressed' ? 'suppressed' : 'limit'
  return added.mail === 'add-topics' || added.mail === 'manage-link' ? added.mail : 'confirmation'
}

/** The sentence for `?done=added-…`. */
export function addedSentence(done: unknown): string | undefined {
  const outcome = String(done).replace(/^added-/, '')
  const { did } = words.admin.add
  return Object.hasOwn(did, outcome) ? did[outcome as Outcome] : undefined
}

const body = z.object({
  email: lineField,
  topic: formText.default(''),
  consent: lineField,
  do: lineField,
})

/** Adds one subscriber: the first button shows what would happen, the second does it. */
export const addRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  type Form = z.output<typeof body>
  const show = (reply: FastifyReply, form: Form, shown: object = {}, status = 200) =>
    send(reply, 'add', { form, wrong: [], ...shown }, status)

  app.get('/subscribers/add', { config: { effect: 'change' } }, async (_request, reply) =>
    show(reply, body.parse({})),
  )

  app.post('/subscribers/add', { schema: { body }, attachValidation: true }, async (request, reply) => {
    const form = formOf(body, request)
    const { email, topic, consent } = form
    const isDone = form.do === 'add'
    const call = {
      ...actorOf(request),
      input: { email, topics: [topic], consent: consent || undefined },
      context: { dryRun: !isDone },
    }
    try {
      if (request.validationError) throw request.validationError
      const { id, added } = await runOperation(deps, add, call, async ({ db }, result) => ({
        id: (await findSubscriber(db, { email })).id,
        added: result,
      }))
      const outcome = outcomeOf(added)
      if (!isDone) return show(reply, form, { would: words.admin.add.would[outcome] })
      return reply.redirect(`/admin/subscribers/${id}?done=added-${outcome}`, 303)
    } catch (error) {
      const fault = toFault(error, request)
      if (fault.status >= 500) throw error
      const wrong = fault instanceof FieldFaults ? fault.fields.map(({ field }) => field) : ['email']
      return show(reply, form, { problem: fault, wrong }, fault.status === 409 ? 409 : 422)
    }
  })
}
