import type { FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'

type Effect = 'read' | 'change'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What an admin route does; by default, a GET reads and any other request changes something. A form that only looks
     * something up is a read, and the page of a form for a change is a change. If it depends on the button, it is read
     * from the body as it was sent.
     */
    effect?: Effect | ((sent: Readonly<Record<string, unknown>>) => Effect)
  }
}

function effectOf({ method, body, routeOptions }: FastifyRequest): Effect {
  const { effect } = routeOptions.config
  if (typeof effect === 'function') return effect((body ?? {}) as Record<string, unknown>)
  return effect ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'change')
}

/** Throws admin.read-only. The one place that keeps operators who may only look from changing anything. */
export function requireRight(request: FastifyRequest): void {
  const mayChange = request.session.operator?.mayChange ?? false
  if (!mayChange && effectOf(request) === 'change') throw new Fault('admin.read-only')
}

/** Who acts, for the operator's log. */
export interface AdminActor {
  via: 'admin'
  by: string
}

export const actorOf = ({ session }: FastifyRequest): AdminActor => ({
  via: 'admin',
  by: session.operator?.name ?? '',
})
