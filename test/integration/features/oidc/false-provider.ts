import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CLIENT } from './real-provider.ts'

const KEY_ID = 'first'
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** What a response of the provider may get wrong. */
export interface Lies {
  /** Changes the claims of the ID token. */
  claims?(claims: Record<string, unknown>): Record<string, unknown>
  /** Makes the ID token of the right one. */
  token?(valid: string, provider: FalseProvider): string | undefined
  /** The claims of the user info; undefined for the right ones. */
  userInfo?: Record<string, unknown>
  /** Replaces the response at a path: the metadata, the keys, the token or the user info. */
  at?: Partial<Record<Path, (request: IncomingMessage, response: ServerResponse) => void>>
}

type Path = '/.well-known/openid-configuration' | '/jwks' | '/token' | '/userinfo'

/** A provider that says what a test wants. Right unless it lies: it checks client, code, redirect URI and PKCE. */
export class FalseProvider {
  lies: Lies = {}
  readonly person: Record<string, unknown> = {}
  readonly key = newKey()
  readonly otherKey = newKey()
  issuer = ''
  requests: string[] = []
  readonly #codes = new Map<string, URL>()
  readonly #server = createServer((request, response) => void this.#respond(request, response))

  async start(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    this.issuer = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  close(): Promise<void> {
    return new Promise((done) => {
      this.#server.close(() => done())
      this.#server.closeAllConnections()
    })
  }

  /** The person agrees: where the browser goes from the page at `url`. */
  agree(url: URL, changes: Record<string, string | null> = {}): URL {
    const code = randomBytes(16).toString('base64url')
    this.#codes.set(code, url)
    const to = new URL(url.searchParams.get('redirect_uri')!)
    const values = { code, state: url.searchParams.get('state'), iss: this.issuer, ...changes }
    for (const [name, value] of Object.entries(values)) if (value !== null) to.searchParams.set(name, value)
    return to
  }

  signed(claims: object, { header = {}, key = this.key.privateKey as KeyObject } = {}): string {
    const text = `${encoded({ alg: 'RS256', kid: KEY_ID, typ: 'JWT', ...header })}.${encoded(claims)}`
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
  }

  /** Signed with a shared secret. */
  authenticated(claims: object, secret: string): string {
    const text = `${encoded({ alg: 'HS256', kid: KEY_ID })}.${encoded(claims)}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, this.issuer)
    this.requests.push(pathname)
    const lie = this.lies.at?.[pathname as Path]
    if (lie) return lie(request, response)
    const send = (body: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return void send(this.metadata())
      case '/jwks':
        return void send({
          keys: [{ ...this.key.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256' }],
        })
      case '/userinfo':
        return void send(this.lies.userInfo ?? this.person)
      case '/token':
        return void this.#sendToken(await bodyOf(request), request, send)
      default:
        return void send({}, 404)
    }
  }

  metadata(): object {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/jwks`,
      userinfo_endpoint: `${this.issuer}/userinfo`,
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    }
  }

  #sendToken(
    body: URLSearchParams,
    { headers }: IncomingMessage,
    send: (body: object, status?: number) => void,
  ): void {
    const url = this.#codes.get(body.get('code') ?? '')
    this.#codes.delete(body.get('code') ?? '')
    const client = [CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(':').replaceAll('%20', '+')
    const isClient = headers.authorization === `Basic ${Buffer.from(client).toString('base64')}`
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight =
      challenge === url?.searchParams.get('code_challenge') &&
      body.get('redirect_uri') === url.searchParams.get('redirect_uri')
    if (!isClient || !isRight) {
      send({ error: isClient ? 'invalid_grant' : 'invalid_client' }, isClient ? 400 : 401)
      return
    }
    const now = Math.floor(Date.now() / 1000)
    const nonce = url.searchParams.get('nonce')
    const right = { iss: this.issuer, aud: CLIENT.id, nonce, iat: now, exp: now + 300, ...this.person }
    const valid = this.signed(this.lies.claims?.(right) ?? right)
    const token = this.lies.token ? this.lies.token(valid, this) : valid
    send({ access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token: token })
  }
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return new URLSearchParams(Buffer.concat(pieces).toString())
}

/** The claims of a token. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())

export const withPayload = (token: string, claims: object): string => {
  const [header, , signature] = token.split('.')
  return [header, encoded(claims), signature].join('.')
}

export const unsigned = (claims: object): string => `${encoded({ alg: 'none' })}.${encoded(claims)}.`
