import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { widestNetworkOf } from '../../limits/rate-limit.ts'
import { NoSlot, Semaphore } from '../../limits/semaphore.ts'
import { forVisitor } from '../../search/for-visitor.ts'
import { loadPaperByName } from '../../search/load-paper-list.ts'
import { isKnownTo } from '../../web/page-cache.ts'
import type { Site } from '../../web/pages.ts'
import { openImageDrawer } from './image-drawer.ts'
import { openImageStore } from './image-store.ts'
import type { ShareCard } from './share-card.ts'
import { dayCard, paperCard, siteCard, topicCard } from './share-cards.ts'
import { queryOfImageName } from './topic-address.ts'
import { openTopicRates, topicRate } from './topic-rate.ts'

/** Increases when the same card is drawn differently. */
const LOOK = 2
/** Two are drawn at once, but not both for one network. The others wait for a moment: sites give up after some seconds. */
const SLOTS = { total: 2, perKey: 1, maxWaiting: 8, maxWaitingPerKey: 4 }
const MAX_WAIT_MS = 4000
const RETRY_SECONDS = 60
const SUFFIX = '.png'

/** What one process has for its pictures. */
function openImages(folder: string) {
  const store = openImageStore(folder)
  const drawer = openImageDrawer()
  const slots = new Semaphore(SLOTS)
  const drawn = new Map<string, Promise<Buffer>>()
  const draw = async (name: string, card: ShareCard, network: string): Promise<Buffer> => {
    const image = await slots.withSlot(
      network,
      () => drawer.draw(card),
      () => AbortSignal.timeout(MAX_WAIT_MS),
    )
    await store.write(name, image)
    return image
  }
  return {
    /** The picture with this name: from the disk, or drawn once for all who ask for it now. Throws NoSlot. */
    async find(name: string, card: ShareCard, network: string): Promise<Buffer> {
      const kept = await store.read(name)
      if (kept) return kept
      const drawing = drawn.get(name) ?? draw(name, card, network).finally(() => drawn.delete(name))
      drawn.set(name, drawing)
      return drawing
    },
    close: drawer.close,
  }
}

/** The pictures at /og/. Their query string is ignored, and only papers, days and topics of this site are drawn. */
export const shareImageRoutes: FastifyPluginAsyncZod<Site> = async (app, { deps }) => {
  const { config } = deps
  const images = openImages(join(config.DATA_DIR, 'share-images'))
  app.addHook('onClose', async () => images.close())

  const send = async (request: FastifyRequest, reply: FastifyReply, card: ShareCard) => {
    const name = nameOf(card)
    reply.header('etag', `"${name}"`)
    if (isKnownTo(request, reply)) return keep(reply).code(304).send()
    try {
      const image = await images.find(`${name}${SUFFIX}`, card, widestNetworkOf(request.ip))
      return keep(reply).type('image/png').send(image)
    } catch (error) {
      if (!(error instanceof NoSlot)) throw error
      return reply.removeHeader('etag').code(503).header('retry-after', RETRY_SECONDS).send()
    }
  }

  app.get(`/og/site${SUFFIX}`, (request, reply) => send(request, reply, siteCard(config)))

  const ofFile = { schema: { params: z.object({ file: z.string() }) } }
  app.get('/og/papers/date/:file', ofFile, async (request, reply) =>
    send(request, reply, await dayCard(deps, nameIn(request.params.file))),
  )

  // An identifier may contain a slash: hep-th/9901001, doi:10.1000/1.
  const ofPaper = { schema: { params: z.object({ '*': z.string() }) } }
  app.get('/og/papers/*', ofPaper, async (request, reply) => {
    const paper = await loadPaperByName(deps, { name: nameIn(request.params['*']) })
    return send(request, reply, await paperCard(deps, paper))
  })

  const keptRate = openTopicRates()
  app.get('/og/topics/:file', ofFile, async (request, reply) => {
    const query = queryOfImageName(nameIn(request.params.file), config.APP_SECRET)
    if (query === undefined) throw new Fault('page.not-found')
    const rate = await forVisitor(deps, request, (deps) =>
      keptRate(deps, query, () => topicRate(deps, { query })),
    )
    return send(request, reply, topicCard(config, query, rate))
  })
}

/** The name before ".png". Throws page.not-found. */
function nameIn(file: string): string {
  if (!file.endsWith(SUFFIX)) throw new Fault('page.not-found')
  return file.slice(0, -SUFFIX.length)
}

const nameOf = (card: ShareCard): string =>
  createHash('sha256')
    .update(JSON.stringify([LOOK, card]))
    .digest('base64url')
    .slice(0, 22)

/** Votes change during the day. Pages of other sites may show the picture, which helmet forbids otherwise. */
const keep = (reply: FastifyReply): FastifyReply =>
  reply.headers({ 'cache-control': 'public, max-age=86400', 'cross-origin-resource-policy': 'cross-origin' })
