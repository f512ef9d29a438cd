import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Intake, startIntake } from '../../../src/bounces/intake.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { openLog } from '../../../src/core/log.ts'
import { openQueue, type Queue } from '../../../src/core/queue.ts'
import { randomId } from '../../../src/core/secrets.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { returnAddress } from '../../../src/subscribers/return-address.ts'
import { deliveryReport } from '../../support/bounce-emails.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { openDialogue } from '../../support/mail-dialogue.ts'

const database = useDatabase()
const DOMAIN = 'bounce.papers.example'
const NOW = new Date('2026-11-24T08:00:00Z')
const REPORT = deliveryReport({ recipient: 'ann@reader.example', said: '550 5.1.1 User unknown' }).toString()
let lmtp: number
let smtp: number
let queue: Queue
let intake: Intake
let secret: string
const logged: string[] = []
const log = openLog('info', { write: (line) => void logged.push(line) })

const depsOf = (db = database.db) => ({
  config: readConfig({ BOUNCE_DOMAIN: DOMAIN, BOUNCE_LMTP: String(lmtp), BOUNCE_SMTP: String(smtp) }),
  ...{ clock: stoppedClock(NOW), features: FEATURES, log, db, databaseUrl: database.url, queue },
})
const bounceAddress = () => returnAddress({ purpose: 'bounce', id: randomId(96) }, secret, DOMAIN)
const unsubscribeAddress = () => returnAddress({ purpose: 'unsubscribe', id: randomId(80) }, secret, DOMAIN)
const reports = () => database.db.report.findMany({ orderBy: { id: 'asc' } })

beforeAll(async () => {
  lmtp = await freePort()
  smtp = await freePort()
  queue = await openQueue(database.url, log)
  const deps = depsOf()
  secret = deps.config.APP_SECRET[0]!
  intake = await startIntake(deps)
})
afterAll(async () => {
  await intake?.stop()
  await queue?.stop()
})
beforeEach(() => emptyTables(database.db))

/** Delivers one email; returns the replies to its recipients and to its end. */
async function bring(port: number, recipients: string[], text = REPORT) {
  const hello = port === lmtp ? 'LHLO relay.example' : 'EHLO relay.example'
  const dialogue = await openDialogue(port)
  await dialogue.say(hello)
  await dialogue.say('MAIL FROM:<>')
  const asked: string[] = []
  for (const recipient of recipients) asked.push(await dialogue.say(`RCPT TO:<${recipient}>`))
  const taken = asked.filter((answer) => answer.startsWith('250')).length
  if (taken === 0) {
    dialogue.end()
    return { asked, ended: [] }
  }
  await dialogue.say('DATA')
  const ended = await dialogue.mail(text, port === lmtp ? taken : 1)
  dialogue.end()
  return { asked, ended }
}

describe.each(['lmtp', 'smtp'] as const)('over %s', (way) => {
  const port = () => (way === 'lmtp' ? lmtp : smtp)

  test('a report is stored before it is acknowledged, under the address that it was sent to', async () => {
    const address = bounceAddress()
    const { ended } = await bring(port(), [address.toUpperCase()])
    expect(ended).toEqual([expect.stringMatching(/^250 /)])
    const [report] = await reports()
    expect(report).toMatchObject({ channel: way, recipient: address, state: 'waiting', at: NOW })
    expect(Buffer.from(report!.raw!).toString().trimEnd()).toBe(REPORT.trimEnd())
  })

  test('stores one report for each recipient', async () => {
    const addresses = [bounceAddress(), unsubscribeAddress(), `fbl@${DOMAIN}`]
    const { ended } = await bring(port(), addresses)
    expect(ended.every((answer) => answer.startsWith('250'))).toBe(true)
    expect((await reports()).map(({ recipient }) => recipient)).toEqual(addresses)
  })

  test.each([
    ['a forged token', `b+${'0'.repeat(44)}@${DOMAIN}`, '550 5.1.1'],
    ['a token for another use', `u+${'0'.repeat(44)}@${DOMAIN}`, '550 5.1.1'],
    ['an address that is not for bounces', `postmaster@${DOMAIN}`, '550 5.1.1'],
    ['another domain', 'fbl@elsewhere.example', '550 5.7.1'],
  ])('refuses %s', async (_what, recipient, answer) => {
    const { asked } = await bring(port(), [recipient])
    expect(asked).toEqual([expect.stringContaining(answer)])
    expect(await reports()).toEqual([])
  })

  test('only the beginning of a large email is stored, and less of an unsubscribe request', async () => {
    const large = `${REPORT}\r\n${'a line of a large mail that is sent back\r\n'.repeat(100_000)}`
    const { ended } = await bring(port(), [bounceAddress(), unsubscribeAddress()], large)
    expect(ended.every((answer) => answer.startsWith('250'))).toBe(true)
    expect((await reports()).map(({ bytes }) => bytes)).toEqual([2_000_000, 256_000])
  })

  test('if the database does not respond, the mail server is asked to retry', async () => {
    const gone = openDatabase('postgresql://user:password@127.0.0.1:1/none', log, {
      connections: 1,
      maxSilenceMs: 500,
    })
    const [own, port] = [depsOf(gone.db), await freePort()]
    const config = { ...own.config, BOUNCE_LMTP: undefined, BOUNCE_SMTP: { host: '127.0.0.1', port } }
    const other = await startIntake({ ...own, config })
    const { ended } = await bring(port, [bounceAddress()])
    expect(ended).toEqual([expect.stringMatching(/^451 4\.3\.0/)])
    await other.stop()
    await gone.close()
  })
})

test('clients that reset their connections do not end the process', async () => {
  for (let n = 0; n < 200; n++) {
    const socket = connect(n % 2 ? lmtp : smtp, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((connected) => socket.once('connect', connected))
    socket.write(n % 3 ? 'EHLO x\r\nMAIL FROM:<>\r\n' : '\x16\x03\x01\0\0\0')
    socket.resetAndDestroy()
  }
  const lastReply = async () => (await bring(smtp, [bounceAddress()])).ended[0]
  await expect.poll(lastReply).toMatch(/^250 /)
})

test('a port in use stops the start, and the error names the setting', async () => {
  await expect(startIntake(depsOf())).rejects.toMatchObject({
    code: 'config.listener',
    values: { setting: 'BOUNCE_LMTP', host: '127.0.0.1', port: lmtp },
  })
})

test('no address and no token is in the log', async () => {
  await bring(smtp, [bounceAddress(), `b+${'0'.repeat(44)}@${DOMAIN}`])
  expect(logged.join('\n')).not.toMatch(/b\+|[0-9a-f]{40}|@bounce/)
})
