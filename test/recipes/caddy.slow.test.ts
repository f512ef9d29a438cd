import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { type Service, startService } from '../../src/service/service.ts'
import { type Caddy, caddyPath, startCaddy } from '../support/caddy.ts'
import { makeCertificate } from '../support/certificates.ts'
import { expectOnlyPublicPagesCompressed } from '../support/compressed-pages.ts'
import { useDatabase } from '../support/database.ts'
import { ask, form } from '../support/https.ts'
import { tokenFolders } from '../support/token-paths.ts'

const CLIENT = '127.0.5.1'
const TOKEN = 'QXbc-a_token_0f-a-subscription'
const certificate = caddyPath ? makeCertificate(['localhost']) : undefined
const database = useDatabase()
let caddy: Caddy
let services: Service[] = []
let site: string
let port: number

beforeAll(async () => {
  if (!certificate) return
  const upstreams = [await freePort(), await freePort()]
  port = await freePort()
  site = `https://localhost:${port}`
  const settings = { DATABASE_URL: database.url, SMTP_URL: 'smtp://127.0.0.1:1', BASE_URL: site }
  const start = (upstream: number) =>
    startService(
      readConfig({
        ...settings,
        PORT: String(upstream),
        TRUST_PROXY: '127.0.0.1',
        HF_URL: 'http://127.0.0.1:1',
      }),
      ['web'],
      { features: FEATURES, log: silentLog },
    )
  // One after the other, because the first one migrates.
  for (const upstream of upstreams) services.push(await start(upstream))
  caddy = await startCaddy({ certificate, upstreams, port })
})
afterAll(async () => {
  await caddy?.stop()
  for (const service of services) await service.stop()
})
beforeEach((context) => {
  if (!caddyPath) context.skip('no caddy on this machine')
})

const go = (path: string, options: object = {}) => ask(site + path, { ca: certificate!.caText, ...options })

/** The lines of the access log, once Caddy has written one for each request so far. */
async function logOf(caddyLog: () => string, has: string): Promise<string> {
  await expect.poll(caddyLog, { timeout: 5000 }).toContain(has)
  return caddyLog()
}

test('tokens are in no log, however their path is written, and public paths are', async () => {
  const referer = `${site}/manage/${TOKEN}`
  for (const path of [
    `/manage/${TOKEN}`,
    `/unsubscribe/${TOKEN}?again=${TOKEN}`,
    `/%75nsubscribe/${TOKEN}`,
    `//unsubscribe//${TOKEN}`,
    `/Unsubscribe/${TOKEN}`,
    `/digest/${TOKEN}.bib`,
    `/feed/${TOKEN}.xml`,
  ])
    await go(path, { headers: { referer } })
  await go('/subscribe', { ...form({ email: 'ann@reader.example' }), from: CLIENT })
  await go('/papers/trending')
  const log = await logOf(caddy.accessLog, '/papers/trending')
  expect(log).toContain('"uri":"/manage"')
  expect(log).toContain(CLIENT)
  for (const secret of [TOKEN, 'ann@reader.example']) expect(log + caddy.ownLog()).not.toContain(secret)
  const uris = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).request.uri as string)
  // The redirect after the form leads to a token.
  expect(uris).toContain('/subscribe')
  expect(log).not.toContain('check-inbox')
})

test('a log of the whole request would hold the token', async () => {
  const other = await freePort()
  const wrong = await startCaddy({
    certificate: certificate!,
    upstreams: [Number(new URL(services[0]!.address!).port)],
    port: other,
    change: (recipe) => recipe.replace(/^.*request>uri.*$/m, ''),
  })
  await ask(`https://localhost:${other}/manage/${TOKEN}`, { ca: certificate!.caText })
  expect(await logOf(wrong.accessLog, 'manage')).toContain(TOKEN)
  await wrong.stop()
})

test('pages, style sheets, feeds and the API are compressed, pages behind a personal link are not', async () => {
  await expectOnlyPublicPagesCompressed(go, ['//unsubscribe/token'])
})

test('every path of the site that holds a token is in the list of those that are not compressed', () => {
  const recipe = readFileSync(join(import.meta.dirname, '../../docs/recipes/Caddyfile'), 'utf8')
  const [, listed = ''] = /@public not path (.*)/.exec(recipe)!
  expect(tokenFolders().filter((folder) => !listed.split(' ').includes(`/${folder}*`))).toEqual([])
})

test('the service counts the client, whatever the client says of itself', async () => {
  await database.db.bucket.deleteMany()
  const headers = { ...form({}).headers, 'x-forwarded-for': '203.0.113.9' }
  await go('/subscribe', { ...form({ email: 'ben@reader.example' }), headers, from: CLIENT })
  const keys = (await database.db.bucket.findMany()).map(({ key }) => key).join(' ')
  expect(keys).toMatch(/127\.0\.5\.\d+\/32/)
  expect(keys).not.toContain('203.0.113')
})

test('a body above the limit is refused, plain http is sent on, /metrics stays inside', async () => {
  const big = { ...form({ email: 'x'.repeat(110_000) }) }
  expect((await go('/subscribe', big)).status).toBe(413)
  const plain = await fetch(`http://localhost:${caddy.plainPort}/papers?q=x`, { redirect: 'manual' })
  expect(plain.status).toBe(308)
  expect(plain.headers.get('location')).toMatch(/^https:\/\/localhost(:\d+)?\/papers\?q=x$/)
  for (const path of ['/metrics', '//metrics', '/Metrics']) expect((await go(path)).status).toBe(404)
})

test('a slow body reaches the service only when it is complete', async () => {
  let requests = 0
  const upstream = await freePort()
  const server = createServer((request, response) => {
    requests++
    request.resume().on('end', () => response.end('done'))
  }).listen(upstream, '127.0.0.1')
  const other = await freePort()
  const buffering = await startCaddy({ certificate: certificate!, upstreams: [upstream], port: other })
  const socket = connect({ host: '127.0.0.1', port: other, ca: certificate!.caText, servername: 'localhost' })
  socket.write('POST /subscribe HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf.')
  await sleep(500) // long enough for half a request to be passed on
  expect(requests).toBe(0)
  socket.write('whole')
  await expect.poll(() => requests).toBe(1)
  socket.destroy()
  await buffering.stop()
  server.close()
})

test('with one web process gone the other answers, and no token is in the log of errors', async () => {
  await services[1]!.stop()
  services = services.slice(0, 1)
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await go('/')).status))
  expect(new Set(statuses)).toEqual(new Set([200]))
  const oneClick = { ...form({ 'List-Unsubscribe': 'One-Click' }) }
  const posted = await Promise.all(
    Array.from({ length: 6 }, async () => (await go(`/unsubscribe/${TOKEN}`, oneClick)).status),
  )
  expect(new Set(posted)).toEqual(new Set([404])) // the service answered: it does not know this token
  await services[0]!.stop()
  services = []
  expect((await go(`/manage/${TOKEN}`)).status).toBe(502)
  expect(caddy.ownLog()).not.toContain(TOKEN)
}, 60_000)
