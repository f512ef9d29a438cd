import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { enabledChannels } from '../../../../src/bounces/enabled-channels.ts'
import { type Environment, inspectConfig, readConfig } from '../../../../src/config/config.ts'
import { imap } from '../../../../src/features/imap/index.ts'
import { imapServerOf } from '../../../../src/features/imap/settings.ts'

const features = [imap]
const read = (environment: Environment) => readConfig(environment, features)

test.each([
  [{ BOUNCE_IMAP: 'pop3://mail.example' }, 'BOUNCE_IMAP', 'takes imaps://host:port/FOLDER'],
  [{ BOUNCE_IMAP: 'imaps://mail.example/INBOX?tsl=off' }, 'BOUNCE_IMAP', 'takes imaps://host:port/FOLDER'],
  [{ BOUNCE_IMAP: 'imaps://ann:12/3@mail.example' }, 'BOUNCE_IMAP', 'set BOUNCE_IMAP_USER and'],
  [{ BOUNCE_IMAP: 'imaps://ann:100%@mail.example' }, 'BOUNCE_IMAP', 'set BOUNCE_IMAP_USER and'],
  [{ BOUNCE_IMAP: 'imaps://mail.example' }, 'BOUNCE_IMAP_USER,BOUNCE_IMAP_PASSWORD', 'set both'],
  [
    { BOUNCE_IMAP: 'imaps://mail.example', BOUNCE_IMAP_USER: 'x' },
    'BOUNCE_IMAP_USER,BOUNCE_IMAP_PASSWORD',
    'set both',
  ],
])('BOUNCE_IMAP=%j is refused', (environment: Environment, names, what) => {
  const [fault] = inspectConfig(environment, features).faults
  expect(String(fault?.names)).toBe(names)
  expect(fault?.what).toContain(what)
})

const login = { BOUNCE_IMAP_USER: 'ann', BOUNCE_IMAP_PASSWORD: 'pass/word' }

test.each([
  [
    'imaps://mail.example',
    { host: 'mail.example', port: 993, implicitTls: true, folder: 'INBOX', tls: 'verify' },
  ],
  ['imap://mail.example/Returned', { port: 143, implicitTls: false, folder: 'Returned', tls: 'verify' }],
  ['imap://127.0.0.1:1143/a/b%20c?tls=off', { port: 1143, folder: 'a/b c', tls: 'off' }],
  ['imap://localhost/', { folder: 'INBOX', tls: 'any' }],
  ['imaps://[::1]:9930/INBOX?tls=require', { host: '::1', port: 9930, tls: 'require' }],
])('%s', (BOUNCE_IMAP, expected) =>
  expect(imapServerOf(read({ BOUNCE_IMAP, ...login }))).toMatchObject({
    user: 'ann',
    password: 'pass/word',
    ...expected,
  }),
)

test('BOUNCE_IMAP may contain the user and the password', () =>
  expect(imapServerOf(read({ BOUNCE_IMAP: 'imaps://ann%40x:p%2Fw@mail.example' }))).toMatchObject({
    user: 'ann@x',
    password: 'p/w',
  }))

test('readConfig has no mailbox without BOUNCE_IMAP', () => expect(imapServerOf(read(login))).toBeUndefined())

test('the password may be in a file', () => {
  const BOUNCE_IMAP_PASSWORD_FILE = join(mkdtempSync(join(tmpdir(), 'imap-')), 'password')
  writeFileSync(BOUNCE_IMAP_PASSWORD_FILE, 'of a file\n')
  const { BOUNCE_IMAP_USER } = login
  const BOUNCE_IMAP = 'imaps://mail.example'
  const config = read({ BOUNCE_IMAP, BOUNCE_IMAP_USER, BOUNCE_IMAP_PASSWORD_FILE })
  expect(imapServerOf(config)?.password).toBe('of a file')
})

test('a misspelt name is reported with the name that is meant', () =>
  expect(read({ BOUNCE_IMPA: 'x' }).misspelt).toEqual([
    'BOUNCE_IMPA is not a setting. Did you mean BOUNCE_IMAP?',
  ]))

test('BOUNCE_IMAP enables the channel imap, if the feature is there', () => {
  const config = read({ BOUNCE_IMAP: 'imaps://mail.example', ...login })
  expect(enabledChannels({ config, features })).toEqual([{ channel: 'imap', setting: 'BOUNCE_IMAP' }])
  expect(enabledChannels({ config, features: [] })).toEqual([])
})
