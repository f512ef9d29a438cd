import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export const CLIENT = { id: 'papers', secret: 'a secret of the client, 32 bytes long' }
const OTHER_CLIENT = { id: 'other', secret: 'a secret of another client, also long' }

export interface RealProvider {
  issuer: string
  /** The claims of each person, by the name that they log in with. */
  people: Map<string, Record<string, unknown>>
  close(): Promise<void>
}

/** `oidc-provider` with two clients, whose login pages accept any password. `inToken`: claims are in the ID token too. */
export async function startProvider(
  callbacks: readonly string[],
  { inToken = false, port = 0 } = {},
): Promise<RealProvider> {
  const people: RealProvider['people'] = new Map()
  const server = createServer()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = ({ id, secret }: typeof CLIENT) => ({
    client_id: id,
    client_secret: secret,
    redirect_uris: callbacks,
    post_logout_redirect_uris: callbacks.map((url) => url.replace('/oidc/callback', '/login')),
  })
  const provider = new Provider(issuer, {
    clients: [client(CLIENT), client(OTHER_CLIENT)],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    conformIdTokenClaims: !inToken,
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    cookies: { keys: ['a key for the cookies of the provider'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
  })
  server.on('request', provider.callback())
  return {
    issuer,
    people,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** Logs a person in at the provider and agrees, without a browser; returns where it leads back. */
export async function logInAt(provider: RealProvider, url: string, person: string): Promise<URL> {
  const cookies = new Map<string, string>()
  const send = async (to: string, form?: Record<string, string>): Promise<Response> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const body = form && new URLSearchParams(form)
    const response = await fetch(to, {
      method: body ? 'POST' : 'GET',
      body,
      headers: { cookie },
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  let response = await send(url)
  for (let step = 0; step < 10; step++) {
    const location = response.headers.get('location')
    if (location) {
      const to = new URL(location, provider.issuer)
      if (to.origin !== provider.issuer) return to
      response = await send(to.href)
      continue
    }
    const page = await response.text()
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(page) ?? []
    const [, prompt] = /name="prompt" value="([^"]+)"/.exec(page) ?? []
    if (!action || !prompt) throw new Error(`no form: ${response.status} ${page.slice(0, 500)}`)
    const form: Record<string, string> =
      prompt === 'login' ? { prompt, login: person, password: 'any' } : { prompt }
    response = await send(new URL(action, provider.issuer).href, form)
  }
  throw new Error('the login does not end')
}

export { OTHER_CLIENT }
