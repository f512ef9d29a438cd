import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCli } from '../../../support/commands.ts'

const folder = mkdtempSync(join(tmpdir(), 'bounces-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function sparseFile(name: string, bytes: number): string {
  const path = file(name, '')
  truncateSync(path, bytes)
  return path
}

const REPORT = resolve(import.meta.dirname, '../../../fixtures/bounces/reports/gone.eml')

/** No database and no settings, only the files. */
const tryFiles = (...args: string[]) => runCli(['bounces', 'try', ...args], { NODE_ENV: 'production' })

describe('`bounces try`', () => {
  test('prints the class, the rule and the effect of each reply', async () => {
    const answers = file(
      'answers.txt',
      [
        '550 5.1.1 <ann@mail.example>: User unknown',
        '552-5.2.2 The mailbox',
        '552 5.2.2 is full',
        '550 5.1.1 nobody (in reply to end of DATA command)',
        '421 4.7.0 too many connections',
        '451 4.7.1 Greylisted',
        '535 5.7.8 no',
        '550 no',
        'hello',
        '250 2.0.0 queued',
      ].join('\n'),
    )
    const { code, stdout } = await tryFiles(answers)
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      `${answers}:`,
      '  550 5.1.1 <ann@mail.example>: User unknown',
      '    dead (rule no-such-mailbox-code): in reply to RCPT this address is suppressed.',
      '  552-5.2.2 The mailbox 552 5.2.2 is full',
      '    full (rule mailbox-full-code): this message is refused, the address is kept.',
      '  550 5.1.1 nobody (in reply to end of DATA command)',
      '    dead (rule no-such-mailbox-code): this message is refused, the address is kept: only a reply to RCPT is about the mailbox.',
      '  421 4.7.0 too many connections',
      '    temporary (rule too-many): retried after 1, 5, 15, 30 and 60 minutes, then every hour. The run slows down.',
      '  451 4.7.1 Greylisted',
      '    temporary (rule greylisted): retried after 1, 5, 15, 30 and 60 minutes, then every hour.',
      '  535 5.7.8 no',
      '    ours (rule login-wanted): the run stops and the operator is alerted: our settings are wrong.',
      '  550 no',
      '    unknown (no rule matches): this message is refused, the address is kept.',
      '  hello',
      '    unknown (no rule matches): it contains no SMTP reply code.',
      '  250 2.0.0 queued',
      '    unknown (no rule matches): not a refusal: the mail server accepts or continues.',
      '',
    ])
  })

  test('with --json prints one line for each file, including an emailed report', async () => {
    const answers = file('two.txt', '550 5.7.1 Blocked\r\n450 4.2.0 later\r\n')
    const { code, stdout } = await tryFiles('--json', answers, REPORT)
    expect(code).toBe(0)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        file: answers,
        results: [
          { recipient: null, class: 'policy', status: '5.7.1', diagnostic: '550 5.7.1 Blocked' },
          { recipient: null, class: 'temporary', status: '4.2.0', diagnostic: '450 4.2.0 later' },
        ],
      },
      {
        file: REPORT,
        results: [
          {
            recipient: 'ann@mail.example',
            class: 'dead',
            status: '5.1.1',
            diagnostic:
              '550 5.1.1 <ann@mail.example>: Recipient address rejected: User unknown in virtual mailbox table',
          },
        ],
      },
    ])
  })

  test('prints the effect of a report', async () =>
    expect((await tryFiles(REPORT)).stdout).toContain('dead (rule no-such-mailbox-code): suppressed.\n'))

  test('reads any byte of an email, including NUL, and each part in its own charset', async () => {
    const head = 'From: mailer-daemon@mx.example\nSubject: Returned mail\n'
    const words = Buffer.from(
      '\nThe following message was not delivered.\n\n<ann@mail.example>:\n    550 5.1.1 User unknown\0\0\xe4\n',
      'latin1',
    )
    for (const end of ['\n', '\r\n', '\r']) {
      const raw = Buffer.concat([Buffer.from(head), words])
        .toString('latin1')
        .replaceAll('\n', end)
      const path = file('nul.eml', Buffer.from(raw, 'latin1'))
      const { code, stdout } = await tryFiles('--json', path)
      expect(code).toBe(0)
      expect(JSON.parse(stdout).results).toMatchObject([{ recipient: 'ann@mail.example', class: 'dead' }])
    }
  })

  test('reads the standard input, and bytes that are not UTF-8', () => {
    const args = [
      '--disable-warning=ExperimentalWarning',
      resolve('src/cli.ts'),
      'bounces',
      'try',
      '--json',
      '-',
    ]
    const input = Buffer.from('550 Empf\xe4nger unbekannt', 'latin1')
    const { stdout } = spawnSync(process.execPath, args, { input, cwd: folder, encoding: 'utf8' })
    expect(JSON.parse(stdout)).toMatchObject({ file: '-', results: [{ class: 'dead' }] })
  })

  test.each([
    [
      'that is not there',
      join(folder, 'nowhere'),
      'bounces.no-file',
      'use a file with SMTP replies or an email',
    ],
    ['that is a folder', folder, 'bounces.no-file', 'use a file with SMTP replies or an email'],
    ['that is empty', file('empty', ' \n'), 'bounces.empty', 'use SMTP replies, one per line'],
    [
      'of bytes',
      file('bytes', Buffer.from([80, 75, 3, 4, 0, 0])),
      'bounces.not-text',
      'use UTF-8, or a raw email',
    ],
    [
      'above 10 MB',
      file('huge', Buffer.alloc(11 * 1024 * 1024, 'a')),
      'bounces.too-large',
      'larger than 10 MB',
    ],
    ['above 2 GiB', sparseFile('vast', 3 * 1024 ** 3), 'bounces.too-large', 'larger than 10 MB'],
  ])('refuses a file %s with a sentence', async (_what, path, error, says) => {
    const { code, stderr, stdout } = await tryFiles('--json', path)
    expect([code, stdout, JSON.parse(stderr).error]).toEqual([2, '', error])
    expect(JSON.parse(stderr).message).toContain(says)
  })

  test('takes one file or more', async () => {
    const { code, stderr } = await tryFiles()
    expect([code, stderr]).toEqual([2, expect.stringContaining("missing required argument 'file'")])
  })
})
