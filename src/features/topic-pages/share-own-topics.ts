import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { openLinkHolder } from '../../account/open-manage-page.ts'
import { storedTopicsOf } from '../../subscribers/topic.repo.ts'
import type { Site } from '../../web/pages.ts'
import { lenientForm, tickedIds, withToken } from '../../web/request.ts'
import { shareTopics, textsOf } from './share-topics.ts'

const form = lenientForm({ topic: tickedIds })

/** Makes a page of the topics that a subscriber chose on the manage page. */
export const shareOwnTopics: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  app.post('/manage/:token/share', { schema: { ...withToken, body: form } }, async (request, reply) => {
    const { token } = request.params
    const { subscriber } = await openLinkHolder(deps, { token })
    const own = await storedTopicsOf(deps.db, subscriber.id)
    const topics = own.filter(({ id }) => request.body.topic.includes(id))
    if (topics.length === 0) return reply.redirect(`/manage/${token}#share`, 303)
    const path = await shareTopics(deps, { name: '', topics: textsOf(topics), ip: request.ip })
    return reply.redirect(path, 303)
  })
}
