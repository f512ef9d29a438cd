import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { keptShortly } from '../kept-shortly.ts'
import type { Site } from '../site.ts'
import { addActionRoutes } from './action-routes.ts'
import { addDeliveryRoutes } from './delivery-routes.ts'
import { descriptionOf } from './description.ts'
import { addFaultAnswers } from './fault-answers.ts'
import { addMessageRoutes } from './message-routes.ts'
import { requireToken } from './operator-token.ts'
import { addPaperRoutes } from './paper-routes.ts'
import { addPreviewRoute } from './preview-route.ts'
import { addReturnRoutes } from './return-routes.ts'
import type { Api } from './scope.ts'
import { addSourceRoutes } from './source-routes.ts'
import { addSubscriberRoutes } from './subscriber-routes.ts'
import { addSubscriberVerbs } from './subscriber-verbs.ts'
import { addSubscriptionRoute } from './subscription-route.ts'
import { tidyDocument } from './tidy-document.ts'
import { addTopicRoutes } from './topic-routes.ts'

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
    addFaultAnswers(api, site)
    await plain.register(swagger, {
      openapi: descriptionOf(site.deps.config),
      transform: jsonSchemaTransform,
      transformObject: tidyDocument,
    })
    addDocument(api)
    addPaperRoutes(api, site)
    addPreviewRoute(api, site)
    addSourceRoutes(api, site)
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
  addSubscriberRoutes(api, site)
  addSubscriberVerbs(api, site)
  addTopicRoutes(api, site)
  addMessageRoutes(api, site)
  addReturnRoutes(api, site)
  addDeliveryRoutes(api, site)
  addActionRoutes(api, site)
}

function addDocument(api: Api): void {
  // Made at the first request: it is the same until the process ends.
  let document: string | undefined
  api.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(api.swagger())
    return keptShortly(reply).type('application/json; charset=utf-8').send(document)
  })
}
