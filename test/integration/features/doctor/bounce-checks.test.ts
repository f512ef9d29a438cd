import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { checkBounces } from '../../../../src/features/doctor/bounce-checks.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const DOMAIN = 'bounce.example.org'
const MAILBOX = { BOUNCE_IMAP_USER: 'ann@lab.example', BOUNCE_IMAP_PASSWORD: 'a password of ann' }
const check = (settings: Record<string, string>) =>
  checkBounces(readConfig({ MAIL_FROM: 'digest@example.org', ...settings }), 5000)

test.each([
  [{}, 'skipped', 'no BOUNCE_DOMAIN', null],
  [
    { BOUNCE_DOMAIN: DOMAIN },
    'warning',
    'these settings enable no way to receive bounces',
    'BOUNCE_LMTP=2424',
  ],
  [
    { SES_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:bounces' },
    'ok',
    'reports arrive through ses (SES_TOPIC_ARN)',
    null,
  ],
  [{ BOUNCE_DOMAIN: DOMAIN, BOUNCE_LMTP: '2424' }, 'ok', 'reports arrive through lmtp (BOUNCE_LMTP)', null],
  [
    { BOUNCE_DOMAIN: 'example.org', BOUNCE_LMTP: '2424' },
    'warning',
    'the domain of MAIL_FROM',
    'BOUNCE_DOMAIN=bounce.example.org',
  ],
])('%j: %s', async (settings: Record<string, string>, state, found, fix) => {
  const result = await check(settings)
  expect(result.state).toBe(state)
  expect(result.found).toContain(found)
  if (fix) expect(result.fix).toContain(fix)
  else expect(result.fix).toBeNull()
})

test('a mailbox that can be opened is fine', async () => {
  const BOUNCE_IMAP = `imap://127.0.0.1:${await listen(imapServer())}/INBOX?tls=off`
  expect(await check({ BOUNCE_DOMAIN: DOMAIN, BOUNCE_IMAP, ...MAILBOX })).toMatchObject({
    state: 'ok',
    found: 'reports arrive through imap (BOUNCE_IMAP)',
  })
})

test('a mailbox that cannot be opened is wrong, and its user is not named', async () => {
  const result = await check({ BOUNCE_DOMAIN: DOMAIN, BOUNCE_IMAP: 'imap://127.0.0.1:1/INBOX', ...MAILBOX })
  expect(result).toMatchObject({
    state: 'wrong',
    found: expect.stringContaining('BOUNCE_IMAP cannot be read'),
    fix: expect.stringContaining('BOUNCE_IMAP_PASSWORD'),
  })
  expect(JSON.stringify(result)).not.toContain('ann@')
})

/** Returns its port. */
async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(() => void server.close())
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
