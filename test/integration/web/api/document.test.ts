import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { buildServer } from '../../../../src/web/server.ts'
import { API_TOKEN, documentOf, operationsOf } from '../../../support/api.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ API_TOKEN })

test('the document is valid OpenAPI 3.1, and each operation has a name, a text and responses', async () => {
  const document = await documentOf(site.app)
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  const operations = operationsOf(document)
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
  for (const { summary, responses, operationId } of operations) {
    expect(summary, operationId).toBeTruthy()
    expect(Object.keys(responses).map(Number), operationId).toEqual(expect.arrayContaining([400, 500, 503]))
  }
})

test('the document has the routes below /api/, and no others', async () => {
  const app = buildServer(site.deps)
  const routes: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith('/api/') && method !== 'HEAD') routes.push(`${method} ${url.replace(':id', '{id}')}`)
  })
  await app.ready()
  await app.close()
  const operations = operationsOf(await documentOf(site.app)).map(({ method, path }) => `${method} ${path}`)
  expect(operations.sort()).toEqual(routes.sort())
  expect(operations.length).toBeGreaterThan(25)
})

test('without API_TOKEN the operations of the operator are not in the document and get 404', async () => {
  const closed = buildServer({ ...site.deps, config: { ...site.deps.config, API_TOKEN: undefined } })
  const document = await documentOf(closed)
  expect(operationsOf(document).map(({ operationId }) => operationId)).toEqual([
    'listPapers',
    'showPaper',
    'previewQuery',
    'listSourceDays',
    'subscribe',
  ])
  expect(JSON.stringify(document)).not.toContain('securitySchemes')
  const headers = { authorization: `Bearer ${API_TOKEN}` }
  for (const url of ['/api/subscribers', '/api/delivery', '/api/nothing']) {
    const { statusCode, body } = await closed.inject({ url, headers })
    expect({ statusCode, error: JSON.parse(body).error }).toEqual({
      statusCode: 404,
      error: 'page.not-found',
    })
  }
  await closed.close()
})
