import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { undoTokenFor, unsubscribe } from '../../account/unsubscribe.ts'
import { Fault } from '../../core/errors.ts'
import type { Site } from '../site.ts'

interface WithToken {
  Params: { token: string }
}

/**
 * POST /unsubscribe/:token, as RFC 8058 requires. For any body, the subscription ends and the response is 200 at once,
 * even if the link is not ours. Only our own page sends `from=page`; its reader gets a page with the result.
 */
export function addOneClickUnsubscribe(app: FastifyInstance, { deps }: Site): void {
  const oneClick = async ({ params }: FastifyRequest<WithToken>, reply: FastifyReply) => {
    await unsubscribe(deps, { token: params.token, how: 'one-click' })
    return reply.code(200).type('text/plain; charset=utf-8').send('Unsubscribed.\n')
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    scope.post<WithToken>(
      '/unsubscribe/:token',
      {
        // The content of a body that Fastify rejects does not matter here.
        errorHandler: async (error, request, reply) => {
          if (error instanceof Fault || !isBodyError(error)) throw error
          return oneClick(request as FastifyRequest<WithToken>, reply)
        },
      },
      async (request, reply) => {
        if (!isFromPage(request.body)) return oneClick(request, reply)
        const { token } = request.params
        await unsubscribe(deps, { token, how: 'page' })
        const undo = await undoTokenFor(deps, token)
        return reply.redirect(
          undo ? `/resubscribe/${undo}` : `/unsubscribe/${encodeURIComponent(token)}`,
          303,
        )
      },
    )
  })
}

const isBodyError = (error: { statusCode?: number }): boolean =>
  error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500

const isFromPage = (body: unknown): boolean =>
  typeof body === 'string' && new URLSearchParams(body).get('from') === 'page'
