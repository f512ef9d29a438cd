import type { FastifyInstance } from 'fastify'
import { Fault } from '../core/errors.ts'

const NO_ADDRESS = ['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL']

const PORT_ERRORS: Record<string, string> = {
  EADDRINUSE: 'taken by another program: stop that one, or set PORT to a free one',
  EACCES: 'not open to this user: set PORT to 1024 or more, and let a proxy lead to it',
}

/**
 * The most connections that wait to be accepted. The system drops further ones, and those visitors wait for seconds.
 */
const BACKLOG = 4096

/** Returns the URL that the server listens on. Throws config.port, config.host. */
export async function listen(
  server: Pick<FastifyInstance, 'listen'>,
  { HOST: host, PORT: port }: { HOST: string; PORT: number },
): Promise<string> {
  try {
    return await server.listen({ host, port, backlog: BACKLOG })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const what = PORT_ERRORS[code]
    if (what) throw new Fault('config.port', { host, port, what })
    if (NO_ADDRESS.includes(code)) throw new Fault('config.host', { host })
    throw error
  }
}
