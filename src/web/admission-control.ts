import type { FastifyInstance, FastifyReply } from 'fastify'
import { networksOf } from '../core/rate-limit.ts'
import { Semaphore } from '../core/semaphore.ts'
import { refusalFor } from '../search/search-slot.ts'
import { yieldToEventLoop } from '../search/yield-to-event-loop.ts'
import { sendFault, toFault } from './errors.ts'
import type { Site } from './pages.ts'

/** Routes that may search: reading one of their requests can be expensive before it takes a search slot. */
const ROUTES = new Set([
  '/preview',
  '/subscribe',
  '/check-inbox/:token',
  '/check-inbox/:token/change',
  '/papers',
  '/feed.xml',
  '/feed.json',
  '/api/papers',
  '/api/preview',
  '/api/subscriptions',
])
const MAX_IN_PROGRESS = { total: 100, perKey: 40, maxWaiting: 0 }

/**
 * Refuses requests beyond MAX_IN_PROGRESS before their bodies are read, with a short page. A burst below that is refused
 * by the search slots, which keep what was typed; keeping it for hundreds at once would block everyone else.
 */
export function addAdmissionControl(app: FastifyInstance, site: Site): void {
  const inProgress = new Semaphore(MAX_IN_PROGRESS)
  app.addHook('onRequest', async (request, reply) => {
    if (!ROUTES.has(request.routeOptions.url ?? '')) return
    const network = networksOf(request.ip).at(-1)!.prefix
    try {
      await admitted(inProgress, network, reply)
    } catch (error) {
      await yieldToEventLoop()
      return sendFault(site, request, reply, toFault(refusalFor(error)))
    }
  })
}

/** Resolves once the request is in progress; it stays so until its reply has ended. Throws NoSlot. */
const admitted = (inProgress: Semaphore, network: string, { raw }: FastifyReply): Promise<void> =>
  new Promise((admit, refuse) => {
    const untilItEnds = () => {
      admit()
      return new Promise<void>((end) => raw.once('finish', end).once('close', end))
    }
    inProgress.withSlot(network, untilItEnds).catch(refuse)
  })
