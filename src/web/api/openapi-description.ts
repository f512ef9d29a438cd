import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { Config } from '../../config/config.ts'

const TEXT = `Papers and sources for everyone; operator actions with a token.

A field that does not exist is refused, and the answer names those that do. Lists hold \`next\`, which goes into
\`cursor\` of the next request; what comes meanwhile repeats nothing and skips nothing. Every fault has a code in
\`error\`. A change may be sent again: nothing is done twice. With \`dryRun\` it is tried with every check, and nothing
changes. A request whose headers exceed 16 kB gets 431, and one that takes longer than 30 seconds to arrive gets 408;
both close the connection, and their bodies have another shape.`

/** The head of the OpenAPI document. */
export const openapiDescription = ({
  SITE_NAME,
  BASE_URL,
  API_TOKEN,
}: Config): FastifyDynamicSwaggerOptions['openapi'] => ({
  openapi: '3.1.0',
  info: { title: SITE_NAME, version: '1.0.0', description: TEXT },
  servers: [{ url: BASE_URL }],
  ...(API_TOKEN && {
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'API_TOKEN of the settings' },
      },
    },
  }),
})
