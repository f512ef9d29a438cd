import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cliCommand } from '../../../../src/core/cli-command.ts'
import { runCli } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'
import { runProgram } from '../../../support/processes.ts'

const database = useDatabase()
const closing: (() => void)[] = []
const folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
afterAll(() => {
  for (const close of closing) close()
})

const portOf = (server: { address(): AddressInfo | string | null }): number =>
  (server.address() as AddressInfo).port

/** All rows of all our tables, as one text. */
async function everything(): Promise<string> {
  const tables = await database.db.$queryRaw<{ name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_prisma_migrations' order by 1`
  const rows = await Promise.all(
    tables.map(({ name }) =>
      database.db.$queryRawUnsafe(`select '${name}' as "table", md5(t::text) from "${name}" t order by 2`),
    ),
  )
  return JSON.stringify(rows)
}

/** input → exit code → error code → what the operator reads */
type Row = [args: string[], exit: number, code: string, says: string]

describe('wrong use of a command changes nothing', () => {
  const rows: Row[] = [
    [
      ['papers', 'list', '--date', '2026-02-30'],
      2,
      'date.invalid',
      '"2026-02-30" is not a date: use YYYY-MM-DD.',
    ],
    [['papers', 'list', '--date', 'yesterday'], 2, 'date.invalid', '"yesterday" is not a date'],
    [['papers', 'import', '/nowhere.json'], 2, 'import.no-file', '/nowhere.json'],
    [['subscribers', 'add', 'not an address'], 2, 'address.malformed', 'name@example.com'],
    [['subscribers', 'add', 'a@b.example, c@d.example'], 2, 'address.several', 'one'],
    [['subscribers', 'add', 'a@b.example\r\nBcc: c@d.example'], 2, 'address.several', 'one'],
    [['subscribers', 'add', 'a@b.example', '--zone', 'Mars/Base'], 2, 'zone.unknown', 'Mars/Base'],
    [['subscribers', 'add', 'a@b.example', '--topic', '(unclosed'], 2, 'query.bracket-open', 'column'],
    [['subscribers', 'add', 'a@b.example', '--max', '26'], 2, 'setting.max', '25'],
    [['subscribers', 'add', 'a@b.example', '--consent', ''], 2, 'usage.wrong', 'how they agreed'],
    [['subscribers', 'import', 'package.json', '--consent', ' '], 2, 'usage.wrong', 'how they agreed'],
    [['subscribers', 'show', 'unknown@reader.example'], 1, 'subscriber.unknown', ''],
    [['subscribers', 'explain', 'unknown@reader.example'], 1, 'subscriber.unknown', 'No subscriber'],
    [['subscribers', 'explain', 'a@b.example', '--date', 'Tuesday'], 2, 'date.invalid', 'Tuesday'],
    [['sources', 'status', '--days', '99'], 2, 'usage.wrong', 'from 1 to 60'],
    [['queries', 'explain', 'colour:red', '--paper', '2507.06457'], 2, 'query.unknown-field', 'colour'],
    [['digests', 'run'], 2, 'smtp.not-set', 'SMTP_URL'],
    [['messages', 'show', 'nothing'], 1, 'message.unknown', 'nothing'],
  ]
  test.each(rows)('%j → %i %s', async (args, exit, code, says) => {
    const before = await everything()
    const { code: ended, stdout, stderr } = await runCli([...args, '--json'], { DATABASE_URL: database.url })
    expect({ ended, stdout }).toEqual({ ended: exit, stdout: '' })
    const answer = JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
    expect(answer.error).toBe(code)
    expect(answer.message).toContain(says)
    expect(await everything()).toBe(before)
  })

  test.each([
    [['papers', 'eat'], "unknown command 'eat'"],
    [['db', 'migrate', '--colour'], "unknown option '--colour'"],
    [['papers', 'list'], "required option '--date <date>' not specified"],
  ])('%j is wrong use', async (args, says) => {
    const plain = await runCli(args, { DATABASE_URL: database.url })
    expect(plain).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) })
    const { code, stdout, stderr } = await runCli([...args, '--json'], { DATABASE_URL: database.url })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(JSON.parse(stderr)).toEqual({ error: 'usage.wrong', message: expect.stringContaining(says) })
  })
})

test.each([[['papers', 'list', '--date', '2026-11-24']], [['db', 'migrate']]])(
  'without a database, %j fails with one line that says so',
  async (args) => {
    const away = { DATABASE_URL: 'postgresql://user@127.0.0.1:1/none', LOG_LEVEL: 'silent' }
    const { code, stdout, stderr } = await runCli([...args, '--json'], away)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const { error, message } = JSON.parse(stderr)
    expect(error).toBe('database.unreachable')
    expect(message).toMatch(/^The database does not respond: .*127\.0\.0\.1:1.*$/)
  },
)

describe('a source', () => {
  test('that refuses the request fails the fetch, and no paper is stored', async () => {
    const server = createHttpServer((_request, response) => response.writeHead(403).end('<p>Sign in'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close())
    const settings = { DATABASE_URL: database.url, HF_URL: `http://127.0.0.1:${portOf(server)}` }
    const { code, stderr } = await runCli(['papers', 'fetch', '--date', '2026-11-20', '--json'], settings)
    expect(code).toBe(1)
    expect(JSON.parse(stderr.trim().split('\n').at(-1)!)).toMatchObject({ error: 'source.refused' })
    expect(await database.db.paper.count()).toBe(0)
  })
})

describe('an SMTP server', () => {
  const settings = () => ({ DATABASE_URL: database.url, CLOCK_NOW: '2026-11-24T06:00:00Z' })

  beforeAll(async () => {
    const papers = join(folder, 'papers.json')
    writeFileSync(
      papers,
      JSON.stringify([{ title: 'Gated linear attention', summary: 'Faster.', id: '2611.00001' }]),
    )
    const added = await runCli(
      ['subscribers', 'add', 'ann@reader.example', '--topic', 'attention', '--consent', 'test'],
      settings(),
    )
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect((await runCli(['papers', 'import', papers, '--date', '2026-11-24'], settings())).code).toBe(0)
  })

  async function serve(options: SMTPServerOptions): Promise<number> {
    const server = new SMTPServer({
      onData(stream, _session, answer) {
        stream.resume()
        stream.on('end', () => answer())
      },
      ...options,
    })
    server.on('error', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => server.close(() => {}))
    return portOf(server.server)
  }

  async function closedPort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const port = portOf(server)
    await new Promise((resolve) => server.close(resolve))
    return port
  }

  function ownCertificate(): { key: string; cert: string } {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=mail.example']
    execFileSync('openssl', ['req', ...options, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  }

  // Nothing is lost: the message waits, and is sent as soon as a server accepts it. A server that refuses us, not the
  // message, stops the run.
  test.each([
    ['that is not there', 0, async () => `smtp://127.0.0.1:${await closedPort()}`],
    [
      'that refuses the login',
      1,
      async () => {
        const port = await serve({
          disabledCommands: ['STARTTLS'],
          onAuth: (_auth, _session, answer) => answer(new Error('no')),
        })
        return `smtp://ann:wrong@127.0.0.1:${port}?tls=off`
      },
    ],
    [
      'with a self-signed certificate, although a valid one is required',
      1,
      async () => `smtp://127.0.0.1:${await serve({ ...ownCertificate(), authOptional: true })}?tls=verify`,
    ],
    [
      'without TLS, although TLS is required',
      1,
      async () => `smtp://127.0.0.1:${await serve({ disabledCommands: ['AUTH', 'STARTTLS'] })}?tls=require`,
    ],
  ])(
    '%s: the message waits',
    async (_what, exit, url) => {
      const run = ['digests', 'run', '--now', '2026-11-24T08:00:00Z', '--json']
      const { code, stderr } = await runCli(run, { ...settings(), SMTP_URL: await url() })
      expect({ code, stderr: stderr.includes('ann') }).toEqual({ code: exit, stderr: false })
      const messages = await database.db.message.findMany()
      expect(messages.map(({ state }) => state)).toEqual(['deferred'])
      await database.db.message.updateMany({
        data: { state: 'ready', nextTry: new Date('2026-11-24T08:00:00Z') },
      })
      await database.db.batch.updateMany({
        data: { notBefore: new Date('2026-11-24T08:00:00Z'), doneAt: null },
      })
    },
    60_000,
  )

  test('with its own certificate, if any is accepted: the email is sent', async () => {
    const port = await serve({ ...ownCertificate(), authOptional: true })
    const run = ['digests', 'run', '--now', '2026-11-24T08:00:00Z', '--json']
    expect((await runCli(run, { ...settings(), SMTP_URL: `smtp://127.0.0.1:${port}` })).code).toBe(0)
    expect((await database.db.message.findMany()).map(({ state }) => state)).toEqual(['accepted'])
  }, 60_000)
})

describe('production', () => {
  test('without its required settings names each of them and starts nothing', async () => {
    const { code, stderr } = await runProgram(['src/main.ts'], { NODE_ENV: 'production' }, folder)
    expect(code).toBe(2)
    for (const name of [
      'DATABASE_URL',
      'SMTP_URL',
      'BASE_URL',
      'APP_SECRET',
      'SUPPRESSION_KEY',
      'MAIL_FROM',
      'POSTAL_ADDRESS',
    ]) {
      expect(stderr).toContain(`${name}: required in production`)
    }
  })

  test.each([[{}], [{ NODE_ENV: 'production' }]])(
    'with %j and without .env names the folder and setup',
    async (settings) => {
      const { code, stderr } = await runProgram(['src/main.ts'], settings, folder)
      expect(code).toBe(2)
      expect(stderr).toContain(`no .env in ${folder}`)
      expect(stderr).toContain(cliCommand('setup'))
    },
  )

  test('rejects unknown --roles', async () => {
    const { code, stderr } = await runProgram(['src/main.ts', '--roles', 'web,juggler'], {}, folder)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('"juggler"') })
  })
})
