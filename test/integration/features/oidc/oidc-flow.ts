import type { LightMyRequestResponse } from 'fastify'
import { type Admin, adminWith } from '../../../support/admin.ts'
import type { TestSite } from '../../../support/site.ts'

export const CALLBACK = 'http://localhost:3000/admin/oidc/callback'

/** The settings with one group that may change something, and one that may look. */
export const settingsFor = (issuer: string, { id, secret }: { id: string; secret: string }) => ({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: id,
  OIDC_CLIENT_SECRET: secret,
  OIDC_CHANGE_GROUP: 'operators',
  OIDC_VIEW_GROUP: 'viewers',
})

/** A login that has begun: the browser's cookie, and the page of the provider to which it was sent. */
export interface Begun {
  cookie: string
  url: URL
}

const cookiesOf = ({ headers }: LightMyRequestResponse): string[] =>
  [headers['set-cookie'] ?? []].flat().map((line) => line.split(';')[0]!)

export async function begin({ app }: TestSite, query = ''): Promise<Begun> {
  const answer = await app.inject({ url: `/admin/oidc/start${query}` })
  if (answer.statusCode !== 303) throw new Error(`start: ${answer.statusCode}`)
  return { cookie: cookiesOf(answer)[0]!, url: new URL(String(answer.headers.location)) }
}

/** The browser comes back from the provider, at the address `to`. */
export const comeBack = (
  { app }: TestSite,
  cookie: string,
  to: URL,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> =>
  app.inject({ url: to.pathname + to.search, headers: { cookie, accept: 'text/html', ...headers } })

/** The cookie of the session that a response began; undefined if it began none. */
export const sessionOf = (answer: LightMyRequestResponse): string | undefined =>
  cookiesOf(answer).find((cookie) => /^(__Host-)?admin=[^;]/.test(cookie))

/** The operator whose session a response began. */
export function operatorOf(site: TestSite, answer: LightMyRequestResponse): Admin {
  const cookie = sessionOf(answer)
  if (!cookie) throw new Error(`no session: ${answer.statusCode}`)
  return adminWith(site, cookie)
}
