import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { planDigests } from '../../../../src/digests/plan-digests.ts'
import { pathOf } from '../../../support/mailed-links.ts'
import { get, NOW, post, type TestSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

export const EMAIL = 'ann@example.com'

/** A subscriber with two topics and a digest of today. Returns the path of their manage page. */
export async function subscriberWithDigest(site: TestSite): Promise<string> {
  await addPapers(site.db)
  site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
  await addSubscriber(site.deps, { email: EMAIL, topics: ['attention', 'rag'], consent: 'on paper' })
  site.clock.moveTo(NOW)
  await planDigests(site.deps)
  return pathOf(site, 'manage', EMAIL)
}

/** Makes a token on the manage page, and reads it there. */
export async function makeToken(site: TestSite, path: string, name = 'Claude') {
  const { headers, statusCode } = await post(site, `${path}/agents`, { name })
  const made = String(headers.location)
  const { body } = await get(site, made)
  return { statusCode, made, body, token: tokenIn(body) }
}

/** Empty if the page shows none. */
export const tokenIn = (html: string): string => html.match(/dpat_[\w-]{43}/)?.[0] ?? ''

/** The row of a token, by its place. */
export const tokenRows = ({ db }: TestSite) => db.agentToken.findMany({ orderBy: { id: 'asc' } })
