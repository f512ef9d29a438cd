import { createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { checkMailbox } from '../../../../src/features/imap/check-mailbox.ts'
import { imap } from '../../../../src/features/imap/index.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const LOGIN = { BOUNCE_IMAP_USER: 'ann@lab.example', BOUNCE_IMAP_PASSWORD: 'a password of ann' }
const check = (BOUNCE_IMAP: string) =>
  checkMailbox(readConfig({ BOUNCE_IMAP, ...LOGIN }, [imap]), { timeoutMs: 5000 })

test('a mailbox that can be opened is fine', async () => {
  const results = await check(`imap://127.0.0.1:${await listen(imapServer())}/INBOX?tls=off`)
  expect(results).toMatchObject([{ state: 'ok' }])
})

test('without a mailbox there is nothing to check', async () => expect(await check('')).toEqual([]))

test('a mailbox that cannot be opened is wrong, and its user is not named', async () => {
  const results = await check('imap://127.0.0.1:1/INBOX')
  expect(results).toMatchObject([
    {
      state: 'wrong',
      found: expect.stringContaining('BOUNCE_IMAP cannot be read'),
      fix: expect.stringContaining('BOUNCE_IMAP_PASSWORD'),
    },
  ])
  expect(JSON.stringify(results)).not.toContain('ann@')
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
