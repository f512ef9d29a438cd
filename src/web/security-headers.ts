import type { FastifyHelmetOptions } from '@fastify/helmet'

const NONE = ["'none'"]
const OURSELVES = ["'self'"]

const directives = {
  defaultSrc: NONE,
  styleSrc: OURSELVES,
  imgSrc: OURSELVES,
  manifestSrc: OURSELVES,
  formAction: OURSELVES,
  baseUri: NONE,
  frameAncestors: NONE,
}

/** For pages that load a script: only our own scripts, which may connect only to us. No inline scripts and no eval. */
export const POLICY_WITH_SCRIPTS = policyOf({ ...directives, scriptSrc: OURSELVES, connectSrc: OURSELVES })

/** For a page with a frame, which shows another page of this site. */
export const POLICY_WITH_FRAME = policyOf({ ...directives, frameSrc: OURSELVES })

/** No scripts, no frames, nothing from other sites. HSTS only if the site is served over https. */
export const securityHeaders = (baseUrl: string): FastifyHelmetOptions => ({
  contentSecurityPolicy: { useDefaults: false, directives },
  // Paths contain tokens, so other sites may not see them; our own forms need the referrer to prove their origin.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: baseUrl.startsWith('https://'),
})

/** Formats directives as helmet does. */
function policyOf(all: Record<string, string[]>): string {
  const named = Object.entries(all).map(([name, values]) => [
    name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`),
    ...values,
  ])
  return named.map((parts) => parts.join(' ')).join(';')
}
