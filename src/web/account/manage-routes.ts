import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changeByLink, undoByLink } from '../../account/manage.ts'
import type { Fault } from '../../core/errors.ts'
import { FieldFaults } from '../../core/field-faults.ts'
import { faultOf } from '../errors.ts'
import { wantsJson } from '../request.ts'
import type { Site } from '../site.ts'
import { idIn, type ManageForm, readManageForm, wantedBy } from './manage-form.ts'
import { NOTHING, sendManagePage } from './manage-page.ts'
import { sendMyLink } from './my-link-routes.ts'
import { changeProfile } from './profile-form.ts'
import { addTopicRoutes } from './topic-routes.ts'
import { addTopicsFileRoute } from './topics-file-route.ts'

interface WithToken {
  Params: { token: string }
  Querystring: { topic?: unknown; change?: unknown; profile?: unknown }
}

/** Topics, settings, pause and receipts, for whoever holds the link in a mail. A GET shows, and only a POST changes. */
export function addManageRoutes(app: FastifyInstance, site: Site): void {
  app.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => offerLink(site, request, reply, error))

    scope.get<WithToken>('/manage/:token', async ({ params: { token }, query }, reply) => {
      const { topic, change, profile } = query
      const shown = { token, topicId: idIn(topic), unchanged: change === NOTHING, profileDone: profile }
      return sendManagePage(site, reply, shown, idIn(change) || undefined)
    })

    scope.post<WithToken>('/manage/:token', async (request, reply) => {
      const { token } = request.params
      const form = readManageForm(request.body)
      try {
        const profile = await changeProfile(site.deps, token, form)
        if (profile) return reply.redirect(`/manage/${token}?profile=${profile}`, 303)
        return reply.redirect(`/manage/${token}?change=${(await make(site, token, form)) ?? NOTHING}`, 303)
      } catch (error) {
        return askAgain(site, request, reply, { form, fault: faultOf(error) })
      }
    })
    addTopicRoutes(scope, site)
    addTopicsFileRoute(scope, site)
  })
}

const make = ({ deps }: Site, token: string, form: ManageForm): Promise<number | null> =>
  form.do === 'undo' ? undoByLink(deps, token, idIn(form.change)) : changeByLink(deps, token, wantedBy(form))

/** The page whole, with what was typed and what is wrong. */
async function askAgain(
  site: Site,
  request: FastifyRequest<WithToken>,
  reply: FastifyReply,
  { form, fault }: { form: ManageForm; fault: Fault },
): Promise<FastifyReply> {
  const { token } = request.params
  if (fault.code === 'subscriber.state') return reply.redirect(`/manage/${token}`, 303)
  const isOfForm = fault instanceof FieldFaults || OF_FORMS.includes(fault.code)
  if (!isOfForm || wantsJson(request)) throw fault
  const status = fault instanceof FieldFaults ? 422 : fault.status
  return sendManagePage(site, reply, { token, form, fault }, undefined, status)
}

const OF_FORMS: string[] = ['topics.too-many', 'change.cannot-undo']

/** A link that leads nowhere: the page says why, and mails another. Anything else is answered as everywhere. */
function offerLink(site: Site, request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const fault = faultOf(error)
  if (!fault.code.startsWith('link.') || wantsJson(request)) throw error
  return sendMyLink(site, request, reply, { fault, email: '' })
}
