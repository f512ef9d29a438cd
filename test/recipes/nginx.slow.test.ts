import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { freePort } from '../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../src/core/log.ts'
import { FEATURES } from '../../src/features/index.ts'
import { type Service, startService } from '../../src/service/service.ts'
import { makeCertificate } from '../support/certificates.ts'
import { expectOnlyPublicPagesCompressed } from '../support/compressed-pages.ts'
import { useDatabase } from '../support/database.ts'
import { ask, form } from '../support/https.ts'
import { type Nginx, nginxPath, startNginx } from '../support/nginx.ts'
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts'
import { tokenFolders } from '../support/token-paths.ts'
import { until } from '../support/until.ts'

const CLIENT = '127.0.5.1'
const certificate = nginxPath ? makeCertificate(['localhost']) : undefined
const database = useDatabase()
let sink: SmtpSink
let nginx: Nginx
let service: Service
let site: string

beforeAll(async () => {
  if (!certificate) return
  const [port, upstream] = [await freePort(), await freePort()]
  site = `https://localhost:${port}`
  sink = await startSmtpSink()
  service = await startService(
    readConfig({
      DATABASE_URL: database.url,
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      BASE_URL: site,
      PORT: String(upstream),
      TRUST_PROXY: '127.0.0.1',
      HF_URL: 'http://127.0.0.1:1',
    }),
    ['web', 'worker'],
    { features: FEATURES, log: silentLog },
  )
  nginx = await startNginx({ certificate, upstream, port })
})
afterAll(async () => {
  await nginx?.stop()
  await service?.stop()
  await sink?.close()
})
beforeEach((context) => {
  if (!nginxPath) context.skip('no nginx on this machine')
})

const go = (path: string, options: object = {}) => ask(site + path, { ca: certificate!.caText, ...options })

/** The newest email of a kind, with the links in its text. */
async function mailOf(kind: string) {
  const { text } = await until(`an email of kind ${kind}`, () =>
    sink.accepted.findLast(({ messageId }) => messageId.startsWith(`${kind}.`)),
  )
  return simpleParser(Buffer.from(text, 'latin1'))
}

const pathIn = (text: string | undefined, purpose: string): string =>
  new URL(text!.match(new RegExp(`https://\\S+/${purpose}/[\\w.-]+`))![0]).pathname

test('from the form to one click: tokens are in emails, and in no log', async () => {
  const asked = await go('/subscribe', { ...form({ email: 'ann@reader.example' }), from: CLIENT })
  expect(asked.status).toBe(303)

  const confirm = pathIn((await mailOf('confirmation')).text, 'confirm')
  expect((await go(confirm)).text).toContain('<form')
  expect((await go(confirm, { ...form({}), from: CLIENT })).status).toBeLessThan(400)
  expect(await database.db.subscriber.findFirstOrThrow()).toMatchObject({ state: 'active' })

  const welcome = await mailOf('welcome')
  const oneClick = pathIn(
    String(welcome.headerLines.find(({ key }) => key === 'list-unsubscribe')?.line),
    'unsubscribe',
  )
  const multipart =
    '--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
  const clicked = await go(oneClick, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: multipart,
  })
  expect({ status: clicked.status, to: clicked.headers.location }).toEqual({ status: 200, to: undefined })
  expect(await database.db.subscriber.findFirstOrThrow()).toMatchObject({ state: 'unsubscribed' })

  // Other ways to write the same path.
  const token = oneClick.split('/').at(-1)!
  for (const path of [
    `/%75nsubscribe/${token}`,
    `//unsubscribe//${token}`,
    `/Unsubscribe/${token}?again=${token}`,
  ])
    await go(path, { headers: { referer: `${site}${confirm}` } })

  const log = nginx.accessLog()
  expect(log).toContain('POST /unsubscribe/[token] HTTP/1.1 200')
  expect(log).toContain('GET /confirm/[token] HTTP/1.1 200')
  for (const secret of [token, confirm.split('/').at(-1)!, 'ann@reader.example'])
    expect(log).not.toContain(secret)
})

test('pages, style sheets, feeds and the API are compressed, pages behind a personal link are not', async () => {
  await expectOnlyPublicPagesCompressed(go)
})

test('every path of the site that holds a token is in the map, and not compressed', () => {
  const folders = tokenFolders()
  const recipe = readFileSync(join(import.meta.dirname, '../../docs/recipes/nginx.conf'), 'utf8')
  const masked = /<room>([\w|-]+)\)/.exec(recipe)![1]!.split('|')
  expect(folders.filter((folder) => !masked.includes(folder))).toEqual([])
  const uncompressed = /location ~ \^\/\(([\w|-]+)\)\(\/\|\$\) \{\s+gzip off/.exec(recipe)![1]!.split('|')
  expect(folders.filter((folder) => !uncompressed.includes(folder))).toEqual([])
})

test('the service counts the client, whatever the client says of itself', async () => {
  await database.db.bucket.deleteMany()
  const headers = { ...form({}).headers, 'x-forwarded-for': '203.0.113.9' }
  await go('/subscribe', { ...form({ email: 'ben@reader.example' }), headers, from: CLIENT })
  const keys = (await database.db.bucket.findMany()).map(({ key }) => key).join(' ')
  for (const network of [/127\.0\.5\.\d+\/32/, /127\.0\.5\.0\/24/]) expect(keys).toMatch(network)
  expect(keys).not.toContain('203.0.113')
})

test('one-click POSTs are not limited, other requests are', async () => {
  const many = (path: string, options: object) =>
    Promise.all(Array.from({ length: 150 }, () => go(path, { ...options, from: CLIENT })))
  const statuses = async (path: string, options = {}) =>
    new Set((await many(path, options)).map(({ status }) => status))
  expect(await statuses('/unsubscribe/nobodys-token', { method: 'POST' })).toEqual(new Set([404]))
  expect([...(await statuses('/live'))].sort()).toEqual([200, 429])
})

test('a body above the limit is refused, plain http is sent on, /metrics stays inside', async () => {
  const big = { ...form({ email: 'x'.repeat(110_000) }) }
  expect((await go('/subscribe', big)).status).toBe(413)
  const plain = await fetch(`http://localhost:${nginx.plainPort}/papers?q=x`, { redirect: 'manual' })
  expect(plain.headers.get('location')).toBe('https://localhost/papers?q=x')
  expect((await go('/metrics')).status).toBe(404)
})

test('no token in the error log while the service is away', async () => {
  const upstream = await freePort() // no server listens there
  const port = await freePort()
  const change = (recipe: string) =>
    recipe.replace(/error_log .*crit;/, (line) => line.replace('crit', level))
  let level = 'crit'
  const visit = async () => {
    const away = await startNginx({ certificate: certificate!, upstream, port, change })
    const { status } = await ask(`https://localhost:${port}/manage/secret-token`, { ca: certificate!.caText })
    await away.stop()
    return { status, log: away.errorLog() }
  }
  const quiet = await visit()
  expect(quiet.status).toBe(502)
  expect(quiet.log).not.toContain('secret-token')
  level = 'error' // what the recipe would write without its crit
  expect((await visit()).log).toContain('secret-token')
})
