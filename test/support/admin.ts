import type { LightMyRequestResponse } from 'fastify'
import type { TestSite } from './site.ts'

export const PASSWORD = 'correct horse battery staple'

/** A list is a field that comes more than once. */
type Fields = Record<string, string | string[]>

/** A visitor of the admin pages, with their cookie. */
export interface Admin {
  get(url: string): Promise<LightMyRequestResponse>
  /** With the token in the form of a page, unless the fields have another. */
  post(url: string, fields?: Fields, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  cookie: string
  token(): Promise<string>
}

export const postLogin = (
  { app }: TestSite,
  password: string,
  { ip = '203.0.113.7', headers = {} }: { ip?: string; headers?: Record<string, string> } = {},
): Promise<LightMyRequestResponse> =>
  app.inject({
    method: 'POST',
    url: '/admin/login',
    remoteAddress: ip,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({ password }).toString(),
  })

/** The cookie of an answer, as a browser sends it back. */
export const cookieOf = ({ headers }: LightMyRequestResponse): string =>
  String([headers['set-cookie'] ?? ''].flat()[0]).split(';')[0]!

/** Logs in. Throws where that is refused. */
export async function logIn(site: TestSite, password = PASSWORD): Promise<Admin> {
  const answer = await postLogin(site, password)
  if (answer.statusCode !== 303) throw new Error(`login: ${answer.statusCode}`)
  return adminWith(site, cookieOf(answer))
}

export function adminWith({ app }: TestSite, cookie: string): Admin {
  const headers = { cookie, accept: 'text/html' }
  const get = (url: string) => app.inject({ url, headers })
  const token = async () => tokenIn((await get('/admin/subscribers')).body)
  return {
    cookie,
    get,
    token,
    post: async (url, fields = {}, more = {}) =>
      app.inject({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', ...more },
        payload: new URLSearchParams(
          Object.entries({ token: await token(), ...fields }).flatMap(([name, value]) =>
            [value].flat().map((one): [string, string] => [name, one]),
          ),
        ).toString(),
      }),
  }
}

export const tokenIn = (page: string): string => /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
