import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { cacheForOneMinute } from '../cache-control.ts'
import type { Site } from '../site.ts'
import { addApiActionRoutes } from './action-routes.ts'
import { addDeliveryRoutes } from './delivery-routes.ts'
import { addFaultResponses } from './fault-responses.ts'
import { addApiMessageRoutes } from './message-routes.ts'
import { openapiDescription } from './openapi-description.ts'
import type { Api } from './operation.ts'
import { requireToken } from './operator-token.ts'
import { addApiPaperRoutes } from './paper-routes.ts'
import { addPreviewRoute } from './preview-route.ts'
import { addApiReturnRoutes } from './return-routes.ts'
import { addApiSourceRoutes } from './source-routes.ts'
import { addSubscriberOperations } from './subscriber-operations.ts'
import { addApiSubscriberRoutes } from './subscriber-routes.ts'
import { addSubscriptionRoute } from './subscription-route.ts'
import { tidyDocument } from './tidy-document.ts'
import { addApiTopicRoutes } from './topic-routes.ts'

/**
 * JSON for programs, and the document that describes it. No cookie and no CORS: another site's page reads nothing
 * here. Without API_TOKEN there is no operator's part at all.
 */
export function addApi(app: FastifyInstance, site: Site): void {
  app.register(async (plain) => {
    const api: Api = plain.withTypeProvider<ZodTypeProvider>()
    plain.removeContentTypeParser(['application/x-www-form-urlencoded', 'text/plain'])
    plain.setValidatorCompiler(readByZod)
    plain.setSerializerCompiler(serializerCompiler)
    addFaultResponses(api, site)
    await plain.register(swagger, {
      openapi: openapiDescription(site.deps.config),
      transform: jsonSchemaTransform,
      transformObject: tidyDocument,
    })
    addDocument(api)
    addApiPaperRoutes(api, site)
    addPreviewRoute(api, site)
    addApiSourceRoutes(api, site)
    addSubscriptionRoute(api, site)
    if (site.deps.config.API_TOKEN) api.register(async (scope) => addOperatorRoutes(scope, site))
  })
}

/** Fastify says null where there is no body. */
const readByZod: typeof validatorCompiler = (route) => {
  const validate = validatorCompiler(route)
  return (data: unknown) => validate(data ?? undefined)
}

function addOperatorRoutes(api: Api, site: Site): void {
  api.addHook('onRequest', requireToken(site.deps))
  addApiSubscriberRoutes(api, site)
  addSubscriberOperations(api, site)
  addApiTopicRoutes(api, site)
  addApiMessageRoutes(api, site)
  addApiReturnRoutes(api, site)
  addDeliveryRoutes(api, site)
  addApiActionRoutes(api, site)
}

function addDocument(api: Api): void {
  // Made at the first request: it is the same until the process ends.
  let document: string | undefined
  api.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(api.swagger())
    return cacheForOneMinute(reply).type('application/json; charset=utf-8').send(document)
  })
}
