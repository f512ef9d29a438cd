import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changeByLink, undoByLink } from '../../account/change-by-link.ts'
import { topicsFile } from '../../account/open-manage-page.ts'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import { toFault } from '../errors.ts'
import type { Site } from '../pages.ts'
import { wantsJson } from '../request.ts'
import { sendMyLinkPage } from './account-routes.ts'
import { NO_CHANGE, sendManagePage } from './manage-page.ts'
import { idParam, type ManageForm, readManageForm, requestedChange } from './manage-view.ts'
import { changeProfile } from './profile-view.ts'
import { addTopicRoutes } from './topic-routes.ts'

interface WithToken {
  Params: { token: string }
  Querystring: { topic?: unknown; change?: unknown; profile?: unknown }
}

/**
 * Topics, settings, pause and receipts, behind the link in emails. A GET only shows pages; only a POST changes
 * something.
 */
export function addManageRoutes(app: FastifyInstance, site: Site): void {
  app.register(async (scope) => {
    scope.setErrorHandler(async (error, request, reply) => offerNewLink(site, request, reply, error))

    scope.get<WithToken>('/manage/:token', async ({ params: { token }, query }, reply) => {
      const { topic, change, profile } = query
      const shown = { token, topicId: idParam(topic), unchanged: change === NO_CHANGE, profileDone: profile }
      return sendManagePage(site, reply, shown, idParam(change) || undefined)
    })

    scope.post<WithToken>('/manage/:token', async (request, reply) => {
      const { token } = request.params
      const form = readManageForm(request.body)
      try {
        const profile = await changeProfile(site.deps, token, form)
        if (profile) return reply.redirect(`/manage/${token}?profile=${profile}`, 303)
        return reply.redirect(
          `/manage/${token}?change=${(await applyForm(site, token, form)) ?? NO_CHANGE}`,
          303,
        )
      } catch (error) {
        return showManagePageAgain(site, request, reply, { form, fault: toFault(error) })
      }
    })
    addTopicRoutes(scope, site)
    addTopicsFileRoute(scope, site)
  })
}

const applyForm = ({ deps }: Site, token: string, form: ManageForm): Promise<number | null> =>
  form.do === 'undo'
    ? undoByLink(deps, token, idParam(form.change))
    : changeByLink(deps, token, requestedChange(form))

/** The whole page again, with the typed values and what is wrong with them. */
async function showManagePageAgain(
  site: Site,
  request: FastifyRequest<WithToken>,
  reply: FastifyReply,
  { form, fault }: { form: ManageForm; fault: Fault },
): Promise<FastifyReply> {
  const { token } = request.params
  if (fault.code === 'subscriber.state') return reply.redirect(`/manage/${token}`, 303)
  const isFormFault = fault instanceof FieldFaults || FORM_FAULTS.includes(fault.code)
  if (!isFormFault || wantsJson(request)) throw fault
  const status = fault instanceof FieldFaults ? 422 : fault.status
  return sendManagePage(site, reply, { token, form, fault }, undefined, status)
}

const FORM_FAULTS: string[] = ['topics.too-many', 'change.cannot-undo']

/** For a link that does not work, sends a page that says why and offers to email a new one; throws other errors on. */
function offerNewLink(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const fault = toFault(error)
  if (!fault.code.startsWith('link.') || wantsJson(request)) throw error
  return sendMyLinkPage(site, request, reply, { fault, email: '' })
}

/** The topics as a text file, behind the link in emails. */
function addTopicsFileRoute(app: FastifyInstance, { deps }: Site): void {
  app.get<WithToken>('/manage/:token/topics.txt', async ({ params: { token } }, reply) => {
    // Before the headers are set: the error page of an expired link is not a file.
    const text = await topicsFile(deps, token)
    return reply
      .header('content-disposition', 'attachment; filename="topics.txt"')
      .type('text/plain; charset=utf-8')
      .send(text)
  })
}
