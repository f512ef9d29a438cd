import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { monotonicMs } from '../core/clock.ts'
import { Fault, undefinedIfFault } from '../core/errors.ts'
import { yieldToEventLoop } from '../core/yield-to-event-loop.ts'
import { widestNetworkOf } from '../limits/rate-limit.ts'
import { NoSlot, REFUSED_RETRY_SECONDS, refusalFor, Semaphore } from '../limits/semaphore.ts'
import { type LinkPurpose, readLink } from '../subscribers/links.ts'
import { type ArrivingBody, BodyPlaces, type Place } from './body-places.ts'
import { sendFault, toFault } from './errors.ts'
import type { Site } from './pages.ts'

// How many requests are admitted at once. A request passes two limits: one while its body arrives, which a GET does not
// have, and one while its handler works. Neither includes the time in which the client reads the response.

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * 'search': the route may search, and its request and its page take time in the main thread.
     * 'upload': its bodies are up to 5 MB, so they have a place until the handler ends.
     */
    slots?: 'search' | 'upload'
  }
}

/**
 * Beyond that, requests are refused with a short page. A burst below that waits for the search thread, and its refusals
 * keep what was typed; keeping it for hundreds at once would block everyone else.
 */
const MAX_SEARCHES = { total: 100, perKey: 40, maxWaiting: 0 }
/**
 * Of up to 100 kB each. Bodies of one network: no more than it may have in progress. Beyond that its slowest body ends
 * and the new one is read, because hundreds of people may share one network: refusing the new one would let a single
 * idle client there refuse all of them.
 */
const MAX_BODIES = { total: 200, perKey: 40 }

const MAX_UPLOADS = { total: 8, perKey: 2 }

/** Routes behind a subscriber's links. Unsubscribing is not among them: it is never refused. */
const PERSONAL_ROUTE = /^\/(manage|account|confirm|resubscribe|digest|move)\/:token(?:[/.]|$)/
/**
 * For each id in a link: of a subscriber in those to manage, to an account and to resubscribe; of a message, a sign-up
 * or an address change in `digest`, `confirm` and `move`. A change locks the row with that id or the subscriber's, so
 * more at once would only wait for each other. Many may wait, because refusing them at once would invite the next.
 */
const MAX_PERSONAL = { total: Number.POSITIVE_INFINITY, perKey: 2, maxWaitingPerKey: 300 }
const MAX_PERSONAL_WAIT_MS = 5000

/** Runs a handler, or throws NoSlot. `work` ends when the response is ready to be sent. */
type Admit = (request: FastifyRequest, reply: FastifyReply, work: () => Promise<void>) => Promise<void>

type IsLimited = (route: { url?: string; config?: FastifyContextConfig }) => boolean

const isSearch: IsLimited = ({ config }) => config?.slots === 'search'
const isUpload: IsLimited = ({ config }) => config?.slots === 'upload'
const isPersonal: IsLimited = ({ url = '' }) => PERSONAL_ROUTE.test(url)

/** Limits the routes that are added to `app` afterwards, by their `slots` and by their links. */
export function addAdmissionControl(app: FastifyInstance, site: Site): void {
  const limitHandlers = addHandlerLimits(app, site)

  const searches = new Semaphore(MAX_SEARCHES)
  limitBodies(app, site, { isLimited: isSearch, places: new BodyPlaces(MAX_BODIES), keepsPlace: false })
  limitHandlers(isSearch, refusalFor, (request, _reply, work) => searches.withSlot(networkOf(request), work))

  const places = new BodyPlaces(MAX_UPLOADS)
  const uploads = limitBodies(app, site, { isLimited: isUpload, places, keepsPlace: true })
  limitHandlers(isUpload, refusalFor, async (request, _reply, work) => {
    const place = uploads.get(request)
    // If the client disconnects now, its place is taken until the work ends.
    uploads.delete(request)
    await work().finally(place?.leave)
  })

  const personal = new Semaphore(MAX_PERSONAL)
  limitHandlers(isPersonal, refusalOfLink, async (request, reply, work) => {
    const holder = holderOfLink(site, request)
    // A link that does not work leads to no row.
    if (!holder) return work()
    await personal.withSlot(holder, work, () => waitEnds(reply))
  })
}

const networkOf = ({ ip }: FastifyRequest): string => widestNetworkOf(ip)

const refusalOfLink = (error: unknown): unknown =>
  error instanceof NoSlot ? new Fault('rate.same-link', { seconds: REFUSED_RETRY_SECONDS }) : error

/** The id in a link that works, see MAX_PERSONAL; undefined for any other. */
function holderOfLink({ deps }: Site, { params, routeOptions }: FastifyRequest): string | undefined {
  const [, purpose] = PERSONAL_ROUTE.exec(routeOptions.url ?? '') ?? []
  const { token } = params as { token: string }
  const { config, clock } = deps
  return undefinedIfFault(() => readLink(token, purpose as LinkPurpose, config.APP_SECRET, clock.now()))?.id
}

function waitEnds({ raw }: FastifyReply): AbortSignal {
  const disconnected = new AbortController()
  raw.once('close', () => disconnected.abort())
  return AbortSignal.any([disconnected.signal, AbortSignal.timeout(MAX_PERSONAL_WAIT_MS)])
}

/** Returns a function that lets `admit` run the handlers of some routes. Its refusals are sent as a short page or JSON. */
function addHandlerLimits(app: FastifyInstance, site: Site) {
  const sent = new WeakMap<FastifyRequest, PromiseWithResolvers<void>>()
  app.addHook('onRequest', async (request) => void sent.set(request, Promise.withResolvers()))
  app.addHook('onSend', async (request) => sent.get(request)?.resolve())

  return (isLimited: IsLimited, refusal: (error: unknown) => unknown, admit: Admit): void => {
    app.addHook('onRoute', (route) => {
      if (!isLimited(route)) return
      const { handler } = route
      route.handler = async function limited(request, reply) {
        let response: unknown
        try {
          await admit(request, reply, async () => {
            response = handler.call(this, request, reply)
            // If the client has disconnected, there may be no response.
            await Promise.race([response, sent.get(request)!.promise])
          })
        } catch (error) {
          if (!(error instanceof NoSlot)) throw error
          return sendRefusal(site, reply, refusal(error))
        }
        return response
      }
    })
  }
}

/**
 * Gives each body of some routes a place while it arrives; one that `keepsPlace` has it until its handler ends. Returns
 * the places by request.
 */
function limitBodies(
  app: FastifyInstance,
  site: Site,
  { isLimited, places, keepsPlace }: { isLimited: IsLimited; places: BodyPlaces; keepsPlace: boolean },
): WeakMap<FastifyRequest, Place> {
  const taken = new WeakMap<FastifyRequest, Place>()
  app.addHook('preParsing', async (request, reply, payload) => {
    const { method, raw, routeOptions } = request
    if (!isLimited(routeOptions) || method === 'GET' || method === 'HEAD') return
    // Most bodies arrive together with their headers; `inject` says nothing about it.
    const hasArrived = raw.complete !== false
    // Parsing many bodies in one iteration of the event loop would block other requests.
    if (hasArrived && !keepsPlace) return yieldToEventLoop()
    try {
      const place = places.take(networkOf(request), arrivingBody(site, reply), monotonicMs())
      const arrived = keepsPlace ? place.keep : place.leave
      if (hasArrived) arrived()
      else payload.once('end', arrived)
      taken.set(request, place)
      reply.raw.once('close', () => taken.get(request)?.leave())
    } catch (error) {
      // Until it is sent: only then does Fastify not go on to the body.
      await sendRefusal(site, reply, refusalFor(error))
    }
  })
  return taken
}

function arrivingBody(site: Site, reply: FastifyReply): ArrivingBody {
  const { raw } = reply.request
  const before = raw.socket.bytesRead
  return {
    beganAt: monotonicMs(),
    bytes: () => raw.socket.bytesRead - before,
    end: () => {
      if (reply.sent) return
      // A body that is complete after all would run the handler.
      raw.pause()
      sendFault(site, reply.header('connection', 'close'), new Fault('request.too-slow'))
    },
  }
}

/** Many refusals in one iteration of the event loop would block other requests. */
async function sendRefusal(site: Site, reply: FastifyReply, refusal: unknown): Promise<FastifyReply> {
  await yieldToEventLoop()
  return sendFault(site, reply, toFault(refusal))
}
