import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { changeByLink, undoByLink } from '../../account/change-by-link.ts'
import { topicsFile } from '../../account/open-manage-page.ts'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import { toFault } from '../errors.ts'
import { readRoutes } from '../feature-routes.ts'
import type { Site } from '../pages.ts'
import { formOf, numberField, optionalText, wantsJson, withToken } from '../request.ts'
import { applyLearnedForm, isFormFault, NO_CHANGE, sendManagePage } from './manage-page.ts'
import { idParam, type ManageForm, manageFields, partParam, requestedChange } from './manage-view.ts'
import { sendMyLinkPage } from './my-link-routes.ts'
import { ownDigestRoute } from './own-digest-route.ts'
import { topicRoutes } from './topic-routes.ts'

/** Topics, settings, pause and receipts, behind the link in emails. */
export const manageRoutes: FastifyPluginAsyncZod<Site> = async (app, site) => {
  const { deps } = site
  app.setErrorHandler(async (error, _request, reply) => offerNewLink(site, reply, error))

  const done = z.object({
    topic: numberField(),
    change: optionalText,
    learned: optionalText,
    edit: partParam,
  })
  const shown = { ...withToken, querystring: done }
  app.get('/manage/:token', { schema: shown }, async ({ params: { token }, query }, reply) => {
    const { topic: topicId, change, learned: learnedDone, edit } = query
    const page = { token, topicId, unchanged: change === NO_CHANGE, learnedDone, edit }
    return sendManagePage(site, reply, page, idParam(change) || undefined)
  })

  const schema = { ...withToken, body: manageFields.prefault({}) }
  app.post('/manage/:token', { schema, attachValidation: true }, async (request, reply) => {
    const { validationError, params } = request
    const { token } = params
    const form = formOf(manageFields, request)
    try {
      if (validationError) throw validationError
      const learned = await applyLearnedForm(deps, token, { ...form, topicId: idParam(form.topic) })
      if (learned) return reply.redirect(`/manage/${token}?learned=${learned}`, 303)
      const change = (await applyForm(site, token, form)) ?? NO_CHANGE
      return reply.redirect(`/manage/${token}?change=${change}`, 303)
    } catch (error) {
      return showManagePageAgain(site, reply, { token, form, fault: toFault(error, request) })
    }
  })

  // The topics as a text file.
  app.get('/manage/:token/topics.txt', { schema: withToken }, async ({ params: { token } }, reply) => {
    // Before the headers are set: the error page of an expired link is not a file.
    const text = await topicsFile(deps, token)
    return reply
      .header('content-disposition', 'attachment; filename="topics.txt"')
      .type('text/plain; charset=utf-8')
      .send(text)
  })

  app.register(topicRoutes, site)
  app.register(ownDigestRoute, site)
  for (const plugin of await readRoutes(deps.features, 'manage')) app.register(plugin, site)
}

const applyForm = ({ deps }: Site, token: string, form: ManageForm): Promise<number | null> =>
  form.do === 'undo'
    ? undoByLink(deps, token, idParam(form.change))
    : changeByLink(deps, token, requestedChange(form))

/** The whole page again, with the typed values and what is wrong with them. `isOfForm`: also for a fault of no field. */
export async function showManagePageAgain(
  site: Site,
  reply: FastifyReply,
  { token, form, fault, isOfForm }: { token: string; form: ManageForm; fault: Fault; isOfForm?: boolean },
): Promise<FastifyReply> {
  const isGone = fault.code === 'topic.removed' && !(fault instanceof FieldFaults)
  if (fault.code === 'subscriber.state' || isGone) return reply.redirect(`/manage/${token}`, 303)
  if (!(isFormFault(fault) || isOfForm) || wantsJson(reply.request)) throw fault
  const status = fault instanceof FieldFaults ? 422 : fault.status
  return sendManagePage(site, reply, { token, form, fault }, undefined, status)
}

/** For a link that does not work, sends a page that says why and offers to email a new one; throws other errors on. */
function offerNewLink(site: Site, reply: FastifyReply, error: unknown): FastifyReply {
  const fault = toFault(error)
  if (!fault.code.startsWith('link.') || wantsJson(reply.request)) throw error
  return sendMyLinkPage(site, reply, fault)
}
