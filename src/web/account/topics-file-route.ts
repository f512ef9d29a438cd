import type { FastifyInstance } from 'fastify'
import { topicsFile } from '../../account/topics-file.ts'
import type { Site } from '../site.ts'

interface WithToken {
  Params: { token: string }
}

/** The topics as a text file, behind the link in emails. */
export function addTopicsFileRoute(app: FastifyInstance, { deps }: Site): void {
  app.get<WithToken>('/manage/:token/topics.txt', async ({ params: { token } }, reply) => {
    // Before the headers are set: the error page of an expired link is not a file.
    const text = await topicsFile(deps, token)
    return reply
      .header('content-disposition', 'attachment; filename="topics.txt"')
      .type('text/plain; charset=utf-8')
      .send(text)
  })
}
