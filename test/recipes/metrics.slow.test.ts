import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { type Service, startService } from '../../src/service/service.ts'
import { makeCertificate } from '../support/certificates.ts'
import { useDatabase } from '../support/database.ts'
import { ask } from '../support/https.ts'
import { nginxPath, startNginx } from '../support/nginx.ts'

const PASSWORD = 'a long password of the operator'
const certificate = nginxPath ? makeCertificate(['localhost']) : undefined
const database = useDatabase()
const services: Record<'trusting' | 'unaware', { service: Service; upstream: number } | undefined> = {
  trusting: undefined,
  unaware: undefined,
}

/** With TRUST_PROXY, as the recipe says, and without: then nothing says that there is a proxy. */
async function serve(settings: Record<string, string>) {
  const upstream = await freePort()
  const config = readConfig({
    DATABASE_URL: database.url,
    BASE_URL: 'https://localhost',
    ADMIN_PASSWORD: PASSWORD,
    PORT: String(upstream),
    ...settings,
  })
  return { service: await startService(config, ['web'], { features: FEATURES, log: silentLog }), upstream }
}

beforeAll(async () => {
  if (!nginxPath) return
  services.trusting = await serve({ TRUST_PROXY: '127.0.0.1' })
  services.unaware = await serve({})
})
afterAll(async () => {
  for (const one of Object.values(services)) await one?.service.stop()
})
beforeEach((context) => {
  if (!nginxPath) context.skip('no nginx on this machine')
})

const handedOn = (recipe: string): string => recipe.replace(/location = \/metrics \{[^}]*\}/, '')
const saysNothing = (recipe: string): string => handedOn(recipe).replace(/ +proxy_set_header .*\n/g, '')
const authorization = `Basic ${Buffer.from(`prometheus:${PASSWORD}`).toString('base64')}`

/** Asks through a real nginx on this machine, which comes from loopback. */
async function through(name: keyof typeof services, change: (recipe: string) => string, headers = {}) {
  const port = await freePort()
  const nginx = await startNginx({
    certificate: certificate!,
    upstream: services[name]!.upstream,
    port,
    change,
  })
  try {
    const { status } = await ask(`https://localhost:${port}/metrics`, { ca: certificate!.caText, headers })
    return status
  } finally {
    await nginx.stop()
  }
}

test('the recipe does not forward them', async () => {
  expect(await through('trusting', (recipe) => recipe, { authorization })).toBe(404)
})

test('an nginx that forwards them: only with the password', async () => {
  expect(await through('trusting', handedOn)).toBe(401)
  expect(await through('trusting', handedOn, { 'x-forwarded-for': '127.0.0.1' })).toBe(401)
  expect(await through('trusting', handedOn, { authorization })).toBe(200)
})

test('an nginx that sends no forwarding header: only with the password', async () => {
  expect(await through('unaware', saysNothing)).toBe(401)
  expect(await through('unaware', saysNothing, { authorization })).toBe(200)
})

test('a Prometheus on this machine asks the service itself', async () => {
  const answer = await fetch(`http://127.0.0.1:${services.trusting!.upstream}/metrics`)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('daily_papers_database_up 1\n')
})
