import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { type Fault, FieldFaults } from '../../core/errors.ts'
import { words } from '../../i18n/words.ts'
import { ADMIN_OPERATIONS } from '../../operator/operations/subscriber-changes.ts'
import { addressHash, parseAddress } from '../../subscribers/address.ts'
import {
  countActiveSuppressions,
  listSuppressions,
  suppressionOf,
} from '../../subscribers/suppression.repo.ts'
import { toFault } from '../errors.ts'
import { numberField, optionalText } from '../request.ts'
import { type AdminSite, emailForm, ROWS_PER_PAGE, takePage, typedLines } from './admin-site.ts'
import { operationNamed, runAdminOperation } from './operation-forms.ts'
import { actorOf } from './operator-rights.ts'

/** Addresses that we do not email. We have only their hashes, so the operator types an address to look it up. */
export const suppressionRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, admin) => {
  const { deps } = admin
  const querystring = z.object({ skip: numberField(), done: optionalText })
  app.get('/suppressions', { schema: { querystring } }, async ({ query }, reply) =>
    sendList(admin, reply, {
      skip: query.skip,
      said: query.done === 'lifted' ? words.admin.suppressions.removed : undefined,
    }),
  )

  // Not a redirect: that would put the address in the browser's history and in the proxy's log.
  const lookup = { schema: emailForm, attachValidation: true, config: { effect: 'read' as const } }
  app.post('/suppressions', lookup, async (request, reply) => {
    const { validationError } = request
    const { email = '' } = validationError ? typedLines(request.body) : request.body
    try {
      if (validationError) throw validationError
      const hash = addressHash(parseAddress(email).key, deps.config.SUPPRESSION_KEY)
      return sendList(admin, reply, { email, looked: { hash, found: await suppressionOf(deps.db, hash) } })
    } catch (error) {
      const fault = toFault(error, request)
      if (!fault.code.startsWith('address.') && !(fault instanceof FieldFaults)) throw error
      return sendList(admin, reply, { email, problem: fault }, 422)
    }
  })

  app.post('/suppressions/lift', { schema: emailForm }, async (request, reply) => {
    const { email } = request.body
    const operation = operationNamed(ADMIN_OPERATIONS, 'unsuppress')
    await runAdminOperation(deps, operation, {
      actor: actorOf(request),
      subject: { who: { email } },
      typed: {},
    })
    return reply.redirect('/admin/suppressions?done=lifted', 303)
  })
}

interface ShownList {
  skip?: number
  email?: string
  looked?: { hash: string; found: object | null }
  problem?: Fault
  said?: string
}

async function sendList(
  { deps, send }: AdminSite,
  reply: FastifyReply,
  { skip = 0, email = '', ...shown }: ShownList,
  status?: number,
): Promise<FastifyReply> {
  const found = takePage(await listSuppressions(deps.db, { skip, most: ROWS_PER_PAGE + 1 }))
  const total = await countActiveSuppressions(deps.db)
  return send(reply, 'suppressions', { ...found, total, skip, size: ROWS_PER_PAGE, email, ...shown }, status)
}
