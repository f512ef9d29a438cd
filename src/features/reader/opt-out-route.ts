import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { withHolder } from '../../account/find-subscriber.ts'
import { storedTopicsOf } from '../../subscribers/topic.repo.ts'
import type { Site } from '../../web/pages.ts'
import { lenientForm, tickedIds, withToken } from '../../web/request.ts'
import { changeOptOuts } from './opt-out.repo.ts'

/** `shown`: the topics that the form had; `read`: those that the reader may get. */
const form = lenientForm({ shown: tickedIds, read: tickedIds })

/** The switches of topics on the manage page. */
export const optOutRoute: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  app.post('/manage/:token/reader', { schema: { ...withToken, body: form } }, async (request, reply) => {
    const { token } = request.params
    const { shown, read } = request.body
    await withHolder(deps, 'manage', token, async ({ tx, subscriber: { id }, now }) => {
      const own = (await storedTopicsOf(tx, id)).map((topic) => topic.id)
      // A topic that was added since the form was shown stays as it is.
      const { back = [], out = [] } = Object.groupBy(
        own.filter((topicId) => shown.includes(topicId)),
        (topicId) => (read.includes(topicId) ? 'back' : 'out'),
      )
      await changeOptOuts(tx, { subscriberId: id, out, back, at: now })
    })
    return reply.redirect(`/manage/${token}#reader`, 303)
  })
}
