import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { listenForMail } from '../../../src/bounces/intake.ts'
import { readConfig } from '../../../src/config/config.ts'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { checkBounceIntake } from '../../../src/operator/doctor/bounce-intake-checks.ts'
import { useSite } from '../../support/site.ts'

const site = useSite()
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const ask = (settings: Record<string, string>, timeoutMs = 5000) =>
  checkBounceIntake(readConfig({ BOUNCE_DOMAIN: 'bounce.example', ...settings }), timeoutMs)

test.each([
  ['lmtp', 'BOUNCE_LMTP'],
  ['smtp', 'BOUNCE_SMTP'],
] as const)('a listener of ours over %s is asked, and nothing comes of it', async (way, setting) => {
  const port = await freePort()
  const config = readConfig({ BOUNCE_DOMAIN: 'bounce.example', [setting]: String(port) })
  stops.push(
    await listenForMail({ ...site.deps, config }, { channel: way, address: { host: '127.0.0.1', port } }),
  )
  expect(await ask({ [setting]: `0.0.0.0:${port}` })).toEqual({
    state: 'ok',
    found: `reports arrive through ${way} (${setting}); our listener for bounce.example answers at 0.0.0.0:${port} (${setting})`,
    fix: null,
  })
  expect(await site.db.report.count()).toBe(0)
})

test('a mailbox that cannot be opened is reported', async () => {
  const verdict = await ask({
    BOUNCE_IMAP: 'imap://127.0.0.1:1/INBOX',
    BOUNCE_IMAP_USER: 'ann@lab.example',
    BOUNCE_IMAP_PASSWORD: 'a password of ann',
  })
  expect(verdict).toMatchObject({
    state: 'wrong',
    found: expect.stringContaining('BOUNCE_IMAP cannot be read'),
  })
  expect(JSON.stringify(verdict)).not.toContain('ann@')
})

test('no listener, another listener, and a listener that never replies', async () => {
  const port = await freePort()
  expect(await ask({ BOUNCE_LMTP: String(port) })).toMatchObject({
    state: 'wrong',
    found: expect.stringContaining(`no response at 127.0.0.1:${port} (BOUNCE_LMTP)`),
  })
  const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const silent = createServer(() => {})
  expect((await ask({ BOUNCE_SMTP: await listen(web) })).found).toContain(
    'greets with: HTTP/1.1 400 Bad Request',
  )
  expect((await ask({ BOUNCE_SMTP: await listen(silent) }, 200)).state).toBe('wrong')
})

test('a listener that never replies does not use up the time of the mailbox', async () => {
  const silent = createServer(() => {})
  const verdict = await ask(
    {
      BOUNCE_LMTP: await listen(silent),
      BOUNCE_IMAP: `imap://127.0.0.1:${await listen(imapServer())}/INBOX?tls=off`,
      BOUNCE_IMAP_USER: 'ann@lab.example',
      BOUNCE_IMAP_PASSWORD: 'a password of ann',
    },
    1000,
  )
  expect(verdict.found).toContain('(BOUNCE_LMTP)')
  expect(verdict.found).not.toContain('cannot be read')
})

/** Returns its port. */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(async () => void server.close())
  return String((server.address() as { port: number }).port)
}

/** Has one empty folder, which anyone may open. */
const imapServer = () =>
  createServer((socket) => {
    socket.write('* OK ready\r\n')
    socket.on('error', () => {})
    createInterface({ input: socket }).on('line', (line) => {
      const [tag, command = ''] = line.split(' ')
      socket.write(`${IMAP_REPLIES[command] ?? ''}${tag} OK done\r\n`)
    })
  })

const IMAP_REPLIES: Record<string, string> = {
  CAPABILITY: '* CAPABILITY IMAP4rev1\r\n',
  LIST: '* LIST () "/" INBOX\r\n',
  EXAMINE: '* 0 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n* OK [UIDNEXT 1] next\r\n',
}
