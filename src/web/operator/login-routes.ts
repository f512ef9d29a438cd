import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { takeTokens } from '../../platform/bucket-store.ts'
import { networkOf } from '../network.ts'
import { read, text } from '../request.ts'
import type { AdminSite } from './admin-site.ts'

const TRIES = 5
/** Over all networks. */
const TRIES_OF_ALL = 50
const WITHIN_SECONDS = 15 * 60

const WRONG = 'That is not the password. Nothing was changed; try once more.'

/** The way in. A GET leaves no cookie: only who is in has a session. */
export function addLoginRoutes(app: FastifyInstance, admin: AdminSite): void {
  const { deps, send } = admin
  app.get('/login', async ({ session }, reply) =>
    session.startedAt ? reply.redirect('/admin', 303) : send(reply, 'login', { problem: '' }),
  )

  app.post('/login', async (request, reply) => {
    const wait = await secondsToWait(admin, networkOf(request.ip))
    if (wait > 0) return refuseForNow(admin, reply, wait)
    const { password } = read(z.object({ password: text.default('') }), request.body)
    if (!isSame(password, deps.config.ADMIN_PASSWORD!)) {
      deps.log.warn('admin.refused')
      return send(reply, 'login', { problem: WRONG }, 403)
    }
    await logIn(admin, request, reply)
    return reply.redirect('/admin', 303)
  })
}

/** Digests are of one length, so that the comparison tells nothing of either. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (value: string): Buffer => createHash('sha256').update(value).digest()

async function logIn({ deps }: AdminSite, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await request.session.regenerate()
  const now = deps.clock.now().getTime()
  Object.assign(request.session, { startedAt: now, seenAt: now, fresh: true })
  // Now, so that two pages that are opened at once share one secret.
  reply.generateCsrf()
  deps.log.info('admin.logged-in')
}

/** Every try counts, right or wrong: nobody learns by trying faster which it was. 0 where it may go on. */
async function secondsToWait({ deps }: AdminSite, network: string): Promise<number> {
  const limits = [
    { key: `admin ${network}`, capacity: TRIES, perSecond: TRIES / WITHIN_SECONDS },
    { key: 'admin', capacity: TRIES_OF_ALL, perSecond: TRIES_OF_ALL / WITHIN_SECONDS },
  ]
  for (const limit of limits) {
    const { allowed, waitSeconds } = await takeTokens(deps.db, limit)
    if (!allowed) return Math.ceil(waitSeconds)
  }
  return 0
}

function refuseForNow({ deps, send }: AdminSite, reply: FastifyReply, seconds: number): FastifyReply {
  deps.log.warn('admin.limited')
  const minutes = Math.ceil(seconds / 60)
  const problem = `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again; until then no password is looked at, the right one neither.`
  return send(reply.header('retry-after', seconds), 'login', { problem }, 429)
}
