import * as client from 'openid-client'
import { monotonicMs, systemClock } from '../../core/clock.ts'
import { DAY_MS, HOUR_MS } from '../../core/dates.ts'
import { OidcFault } from './oidc-fault.ts'
import type { Claims } from './operator-of-claims.ts'
import { isOnThisComputer, type OidcSettings } from './settings.ts'

/** For each request, with its body. A login makes up to four: metadata, token, keys, user info. */
const TIMEOUT_SECONDS = 5
/** How long the provider's metadata are kept; its keys are read again when a token names a new one. */
const KEEP_MS = HOUR_MS
/** How far the provider's clock may be ahead of this machine's. */
const CLOCK_TOLERANCE_SECONDS = 60

/** The secrets of one login, which stay in the browser that began it. */
export interface LoginSecrets {
  state: string
  nonce: string
  verifier: string
}

export interface LoginProvider {
  /** The page of the provider where the login begins. Throws oidc.unavailable. */
  authorizationUrl(redirectUri: string): Promise<{ url: URL; secrets: LoginSecrets }>
  /** What the provider says about the person, from its response at `url`. Throws oidc.* */
  claims(url: URL, secrets: LoginSecrets): Promise<Claims>
  /** The page of the provider that ends its own session; undefined if it has none. Throws oidc.unavailable. */
  logoutUrl(returnUri: string): Promise<URL | undefined>
}

export function openProvider(settings: OidcSettings): LoginProvider {
  let known: { at: number; found: Promise<client.Configuration> } | undefined
  function configuration(): Promise<client.Configuration> {
    if (known && monotonicMs() - known.at < KEEP_MS) return known.found
    const found = discoverProvider(settings)
    const asked = { at: monotonicMs(), found }
    known = asked
    // The next login asks again.
    found.catch(() => {
      if (known === asked) known = undefined
    })
    return found
  }
  return {
    authorizationUrl: async (redirectUri) => beginLogin(await configuration(), redirectUri),
    claims: async (url, secrets) => {
      const config = await configuration()
      try {
        return await readClaims(config, settings, { url, secrets })
      } catch (error) {
        throw loginFault(error)
      }
    },
    logoutUrl: async (returnUri) => {
      const config = await configuration()
      if (!config.serverMetadata().end_session_endpoint) return undefined
      return client.buildEndSessionUrl(config, { post_logout_redirect_uri: returnUri })
    },
  }
}

/** Reads the provider's metadata, whose issuer must be the one of the settings. Throws oidc.unavailable. */
export async function discoverProvider(
  { issuer, clientId, clientSecret }: OidcSettings,
  timeoutSeconds = TIMEOUT_SECONDS,
): Promise<client.Configuration> {
  // Without the second, the signature of an ID token is not checked if it comes over TLS.
  const execute = [client.enableNonRepudiationChecks]
  if (isOnThisComputer(issuer)) execute.push(client.allowInsecureRequests)
  const metadata = { [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS }
  try {
    const config = await client.discovery(new URL(issuer), clientId, metadata, authentication(clientSecret), {
      execute,
      timeout: timeoutSeconds,
    })
    const { issuer: found, authorization_endpoint, token_endpoint, jwks_uri } = config.serverMetadata()
    // The library lets an address for all tenants of Entra stand for the issuer of any tenant.
    if (new URL(found).href !== new URL(issuer).href) throw new Error('its metadata name another issuer')
    if (!authorization_endpoint || !token_endpoint || !jwks_uri)
      throw new Error('its metadata lack authorization_endpoint, token_endpoint or jwks_uri')
    return config
  } catch (error) {
    throw new OidcFault('oidc.unavailable', {}, { cause: error })
  }
}

/** By HTTP Basic, which is the default of the specification, unless the provider only takes the secret in the body. */
function authentication(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const isInBody = methods.includes('client_secret_post') && !methods.includes('client_secret_basic')
    return (isInBody ? post : basic)(server, ...request)
  }
}

async function beginLogin(config: client.Configuration, redirectUri: string) {
  const secrets = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
  }
  // Some providers refuse a scope that they do not know.
  const hasGroups = config.serverMetadata().scopes_supported?.includes('groups') ?? false
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: hasGroups ? 'openid profile groups' : 'openid profile',
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
    code_challenge_method: 'S256',
  })
  return { url, secrets }
}

async function readClaims(
  config: client.Configuration,
  { groupsClaim }: OidcSettings,
  { url, secrets }: { url: URL; secrets: LoginSecrets },
): Promise<Claims> {
  const tokens = await client.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: secrets.verifier,
    expectedState: secrets.state,
    expectedNonce: secrets.nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  const now = systemClock().now().getTime() / 1000
  // The library checks when a token ends, and not when it begins.
  if (!claims || claims.iat > now + CLOCK_TOLERANCE_SECONDS || claims.iat < now - DAY_MS / 1000)
    throw new OidcFault('oidc.refused', {}, { cause: { code: 'iat' } })
  const isComplete = groupsClaim in claims && ('name' in claims || 'preferred_username' in claims)
  if (isComplete || !config.serverMetadata().userinfo_endpoint) return claims
  // Many providers keep groups and names out of the ID token; what it does have counts.
  return { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
}

/** What a failed login means for the person. The provider's own words may contain anything, so they go nowhere. */
function loginFault(error: unknown): OidcFault {
  if (error instanceof OidcFault) return error
  const { code } = error as { code?: string }
  const options = { cause: error }
  if (error instanceof client.AuthorizationResponseError)
    return new OidcFault(CANCELLED.includes(error.error) ? 'oidc.cancelled' : 'oidc.refused', {}, options)
  const isTheirs =
    error instanceof client.ResponseBodyError ? error.status >= 500 : UNAVAILABLE.includes(code)
  return new OidcFault(isTheirs || isNetworkError(error) ? 'oidc.unavailable' : 'oidc.refused', {}, options)
}

const CANCELLED = ['access_denied', 'login_required', 'consent_required', 'interaction_required']

/** The library's codes for no response, or one that is no reply to its request. */
const UNAVAILABLE: readonly (string | undefined)[] = [
  'OAUTH_TIMEOUT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]

/** What `fetch` throws: a TypeError whose cause is an error of the system. */
const isNetworkError = (error: unknown): boolean => error instanceof TypeError && error.cause !== undefined
