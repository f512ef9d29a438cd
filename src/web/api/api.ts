import swagger, { type FastifyDynamicSwaggerOptions, type SwaggerTransformObject } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import {
  type FastifyPluginAsyncZod,
  jsonSchemaTransform,
  jsonSchemaTransformObject,
} from 'fastify-type-provider-zod'
import type { Config } from '../../config/config.ts'
import { cacheForOneMinute } from '../page-cache.ts'
import type { Site } from '../pages.ts'
import { addFaultResponses } from './faults.ts'
import { paperRoutes, previewRoute, sourceRoutes, subscriptionRoute } from './public-routes.ts'

/**
 * The JSON API and its OpenAPI document. It uses no cookie and no CORS, so a page of another site can read nothing
 * here. The operator's part exists only if API_TOKEN is set.
 */
export const api: FastifyPluginAsyncZod<Site> = async (app, site) => {
  app.removeContentTypeParser(['application/x-www-form-urlencoded', 'text/plain'])
  addFaultResponses(app, site)
  await app.register(swagger, {
    openapi: openapiDescription(site.deps.config),
    transform: jsonSchemaTransform,
    transformObject: tidyDocument,
  })
  addDocument(app)
  app.register(paperRoutes, site)
  app.register(previewRoute, site)
  app.register(sourceRoutes, site)
  app.register(subscriptionRoute, site)
  if (site.deps.config.API_TOKEN) {
    const { operatorRoutes } = await import('./operator-routes.ts')
    app.register(operatorRoutes, site)
  }
}

const DESCRIPTION = `Papers and sources for everyone; operator actions with a token.

A field that does not exist is refused, and the response names those that do. A list has \`next\`: send it as \`cursor\`
in the next request. Items that are added meanwhile neither repeat nor skip others. Every fault has a code in
\`error\`. A change may be sent again: nothing is done twice. With \`dryRun\` it is tried with every check, and nothing
changes. A request whose headers exceed 32 kB gets 431, and one that takes longer than 30 seconds to arrive gets 408;
both close the connection, and their bodies have another shape.`

/** The groups of operations. */
const TAGS = {
  papers: 'Papers, and where they come from',
  subscriptions: 'Signing up',
  subscribers: 'The people who get digests',
  topics: 'Their topics',
  digests: 'What was due on a day, and what became of it',
  messages: 'Emails, and what mail servers replied',
  delivery: 'Pausing and resuming all emails',
  operation: 'The state of the service',
}

/** The head of the OpenAPI document. */
const openapiDescription = ({
  SITE_NAME,
  BASE_URL,
  API_TOKEN,
}: Config): FastifyDynamicSwaggerOptions['openapi'] => ({
  openapi: '3.1.0',
  info: {
    title: SITE_NAME,
    version: '1.0.0',
    description: DESCRIPTION,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: BASE_URL }],
  ...(API_TOKEN && {
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'API_TOKEN of the settings' },
      },
    },
  }),
})

function addDocument(api: FastifyInstance): void {
  // Built at the first request; it does not change while the process runs.
  let document: string | undefined
  api.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(api.swagger())
    return cacheForOneMinute(reply).type('application/json; charset=utf-8').send(document)
  })
}

interface Value {
  format?: unknown
  pattern?: string
  requestBody?: { required?: boolean; content: Record<string, { schema?: { required?: unknown } }> }
}

/**
 * The document without the noise of its generator: a second copy of each schema, long patterns next to a format, and
 * `required` on bodies without required fields.
 */
const tidyDocument: SwaggerTransformObject = (made) => {
  const text = JSON.stringify(jsonSchemaTransformObject(made))
  const document = JSON.parse(text, (_name, value: Value | string | null) => tidy(value))
  const { schemas = {}, ...components } = document.components
  const used = usedSchemas(document.paths, schemas)
  return { ...document, tags: usedTags(document.paths), components: { ...components, schemas: used } }
}

type Paths = Record<string, Record<string, { tags: (keyof typeof TAGS)[] }>>

function usedTags(paths: Paths) {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const names = new Set(operations.flatMap(({ tags }) => tags))
  return [...names].map((name) => ({ name, description: TAGS[name] }))
}

/** The schemas that the paths use, directly or through others. */
function usedSchemas(paths: unknown, schemas: Record<string, unknown>): Record<string, unknown> {
  const used = new Set<string>()
  const add = (text: string) => {
    for (const name of Object.keys(schemas)) {
      if (used.has(name) || !text.includes(`"#/components/schemas/${name}"`)) continue
      used.add(name)
      add(JSON.stringify(schemas[name]))
    }
  }
  add(JSON.stringify(paths))
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
}

function tidy(value: Value | string | null) {
  if (value === 'Default Response') return 'Done'
  if (typeof value !== 'object' || value === null) return value
  // A property may be named "format" too.
  if (typeof value.format === 'string' && value.format.startsWith('date')) delete value.pattern
  if (value.requestBody) {
    const schema = value.requestBody.content['application/json']?.schema
    value.requestBody.required = schema?.required !== undefined
  }
  return value
}
