import type { FastifyHelmetOptions } from '@fastify/helmet'

const NOBODY = ["'none'"]
const OURSELVES = ["'self'"]

/** No script, no frame, nothing from elsewhere. HSTS only where the site is served over https. */
export const securityHeaders = (baseUrl: string): FastifyHelmetOptions => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: NOBODY,
      styleSrc: OURSELVES,
      imgSrc: OURSELVES,
      formAction: OURSELVES,
      baseUri: NOBODY,
      frameAncestors: NOBODY,
    },
  },
  // Tokens stand in paths: no other site may see them, and our own forms need to say where they come from.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: baseUrl.startsWith('https://'),
})
