import type { FastifyHelmetOptions } from '@fastify/helmet'

const NONE = ["'none'"]
const OURSELVES = ["'self'"]

const directives = {
  defaultSrc: NONE,
  styleSrc: OURSELVES,
  imgSrc: OURSELVES,
  formAction: OURSELVES,
  baseUri: NONE,
  frameAncestors: NONE,
}

/** For pages that load a script: ours alone, which may ask nobody but us. Never inline, never eval. */
export const POLICY_WITH_SCRIPTS = policyOf({ ...directives, scriptSrc: OURSELVES, connectSrc: OURSELVES })

/** No script, no frame, nothing from elsewhere. HSTS only where the site is served over https. */
export const securityHeaders = (baseUrl: string): FastifyHelmetOptions => ({
  contentSecurityPolicy: { useDefaults: false, directives },
  // Tokens stand in paths: no other site may see them, and our own forms need to say where they come from.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: baseUrl.startsWith('https://'),
})

/** As helmet writes it. */
function policyOf(all: Record<string, string[]>): string {
  const named = Object.entries(all).map(([name, values]) => [
    name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`),
    ...values,
  ])
  return named.map((parts) => parts.join(' ')).join(';')
}
