import { hash } from 'node:crypto'
import { withHolder } from '../../account/find-subscriber.ts'
import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { randomId, seal, unseal } from '../../core/secrets.ts'
import { words } from '../../i18n/words.ts'
import { takePermits } from '../../limits/permits.repo.ts'
import { type RateLimit, requirePermit, tooManyRequests } from '../../limits/rate-limit.ts'
import { isOutdated } from '../../subscribers/links.ts'
import { subscriberById } from '../../subscribers/subscriber.repo.ts'
import { hasSubscription, requireSubscription, type Subscriber } from '../../subscribers/subscriber.ts'
import {
  addToken,
  agentTokensOf,
  deleteEndedTokens,
  deleteToken,
  recordUse,
  tokenByHash,
  tokenById,
} from './agent-token.repo.ts'
import { mcpErrors } from './mcp-errors.ts'

export const MAX_TOKENS = 5
const MAX_NAME = 60

/** Programs that look for secrets in files recognise it by its beginning. */
const PREFIX = 'dpat_'
const FORM = /^dpat_[\w-]{43}$/

/** For how long the page after making a token shows it, if it is not used before. */
const SHOWN_MS = 10 * 60_000

/** Who an agent acts for. */
export interface TokenHolder {
  tokenId: number
  subscriber: Subscriber
}

const hashOf = (token: string): string => hash('sha256', token, 'base64url')

/**
 * Makes a token for the holder of a manage link. Returns it sealed, for the path of the page that shows it. Throws
 * link.*, subscriber.state, mcp.too-many-tokens.
 */
export async function makeToken(
  deps: Deps,
  { link, name }: { link: string; name: string },
): Promise<{ made: string }> {
  const token = `${PREFIX}${randomId(256)}`
  const { id, subscriber } = await withHolder(deps, 'manage', link, async ({ tx, subscriber, now }) => {
    requireSubscription(subscriber)
    await deleteEndedTokens(tx, subscriber)
    if ((await agentTokensOf(tx, subscriber)).length >= MAX_TOKENS)
      throw new Fault(mcpErrors['mcp.too-many-tokens'], { most: MAX_TOKENS })
    const { id: subscriberId, epoch } = subscriber
    const row = { subscriberId, epoch, hash: hashOf(token), name: readName(name), createdAt: now }
    return { id: await addToken(tx, row), subscriber }
  })
  deps.log.info('subscriber.changed', { subscriber: subscriber.id, what: 'agent token made' })
  const [secret] = deps.config.APP_SECRET
  return { made: seal(JSON.stringify({ id, token }), { secret: secret!, purpose: purposeFor(subscriber) }) }
}

const readName = (typed: string): string =>
  typed
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME) || words.mcp.tokens.unnamed

const purposeFor = ({ id }: { id: string }): string => `agent token of ${id}`

/** The token that was made a moment ago, while it is shown: until its first use, up to ten minutes; otherwise null. */
export async function openMadeToken(
  { db, config, clock }: Deps,
  { subscriber, made }: { subscriber: Subscriber; made: string },
): Promise<{ token: string; name: string } | null> {
  const opened = unseal(made, { secrets: config.APP_SECRET, purpose: purposeFor(subscriber) })
  if (opened === null) return null
  const { id, token } = JSON.parse(opened) as { id: number; token: string }
  const row = await tokenById(db, { id, subscriberId: subscriber.id })
  const isShown = row && !row.lastUsed && clock.now().getTime() - row.createdAt.getTime() < SHOWN_MS
  return isShown ? { token, name: row.name } : null
}

/** Revokes a token at once: no later request with it gets an answer. Revoking it again changes nothing. Throws link.*. */
export async function revokeToken(deps: Deps, { link, id }: { link: string; id: number }): Promise<void> {
  const { subscriber, revoked } = await withHolder(deps, 'manage', link, async ({ tx, subscriber }) => ({
    subscriber,
    revoked: await deleteToken(tx, { id, subscriberId: subscriber.id }),
  }))
  if (revoked) deps.log.info('subscriber.changed', { subscriber: subscriber.id, what: 'agent token revoked' })
}

/** Enough for an agent that reads a month of digests. Its searches count here and not for its network. */
const CALLS = { capacity: 60, perSecond: 0.5 }

/** For those who try tokens; agents of many people may share a network. */
const ATTEMPTS: RateLimit = {
  name: 'mcp-token',
  label: 'requests of one network with a token',
  capacity: 300,
  perSecond: 10,
}

/** The subscriber whose token a request has. Throws mcp.wrong-token, rate.too-many. */
export async function requireTokenHolder(
  deps: Deps,
  { token, ip }: { token: string; ip: string },
): Promise<TokenHolder> {
  await requirePermit(deps.db, ATTEMPTS, { ip })
  const holder = FORM.test(token) ? await holderOf(deps, token) : null
  if (!holder) throw new Fault(mcpErrors['mcp.wrong-token'])
  const { allowed, waitSeconds } = await takePermits(deps.db, [
    { key: `mcp-calls ${holder.tokenId}`, ...CALLS },
  ])
  if (!allowed) throw tooManyRequests('requests with one token', waitSeconds)
  await recordUse(deps.db, { id: holder.tokenId }, dayOf(deps.clock.now()))
  return holder
}

/** Read from the database for each request, so that a revoked token ends in all processes at once. */
async function holderOf({ db }: Deps, token: string): Promise<TokenHolder | null> {
  const found = await tokenByHash(db, hashOf(token))
  const subscriber = found && (await subscriberById(db, found.subscriberId))
  if (!found || !subscriber || isOutdated(found, subscriber) || !hasSubscription(subscriber)) return null
  return { tokenId: found.id, subscriber }
}
