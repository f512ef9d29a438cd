import type { FastifyInstance } from 'fastify'
import { nextTurn } from '../flows/papers/in-turns.ts'
import { Fault } from '../platform/errors.ts'
import { networksOf } from '../platform/rate-limit.ts'
import { answer } from './errors.ts'
import type { Site } from './site.ts'

/** Routes that may search: their requests can cost much before a search slot is asked for. */
const ROUTES = new Set([
  '/preview',
  '/subscribe',
  '/papers',
  '/feed.xml',
  '/feed.json',
  '/api/papers',
  '/api/preview',
  '/api/subscriptions',
])
const MAX_OF_NETWORK = 40
const MAX_IN_ALL = 100
const RETRY_AFTER_SECONDS = 5

/**
 * Refuses more than so many requests in progress before their bodies are read, with a short page. A burst below that is
 * refused by the search slots, which keep what was typed; keeping it for hundreds at once would block everyone else.
 */
export function addAdmission(app: FastifyInstance, site: Site): void {
  const inProgress = new Map<string, number>()
  let all = 0
  const admit = (network: string) => {
    all++
    inProgress.set(network, (inProgress.get(network) ?? 0) + 1)
  }
  const release = (network: string) => {
    all--
    const left = inProgress.get(network)! - 1
    if (left > 0) inProgress.set(network, left)
    else inProgress.delete(network)
  }
  app.addHook('onRequest', async (request, reply) => {
    if (!ROUTES.has(request.routeOptions.url ?? '')) return
    const network = networksOf(request.ip).at(-1)!.prefix
    const isOverOwn = (inProgress.get(network) ?? 0) >= MAX_OF_NETWORK
    if (isOverOwn || all >= MAX_IN_ALL) {
      await nextTurn()
      const code = isOverOwn ? 'rate.at-once' : 'search.busy'
      return answer(site, request, reply, new Fault(code, { seconds: RETRY_AFTER_SECONDS }))
    }
    admit(network)
    let isOver = false
    const end = () => {
      if (!isOver) release(network)
      isOver = true
    }
    reply.raw.once('finish', end).once('close', end)
  })
}
