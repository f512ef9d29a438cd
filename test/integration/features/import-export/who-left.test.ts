import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { runCli } from '../../../support/commands.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const folder = mkdtempSync(join(tmpdir(), 'who-left-'))
afterAll(() => rmSync(folder, { recursive: true }))

function importByCommand(text: string, ...options: string[]) {
  const file = join(folder, 'people.csv')
  writeFileSync(file, text)
  rmSync(`${file}.refused.csv`, { force: true })
  const settings = { DATABASE_URL: site.deps.databaseUrl, CLOCK_NOW: '2026-11-24T12:00:00Z' }
  return runCli(['subscribers', 'import', file, '--consent', 'a form', ...options], settings)
}

const states = async () =>
  Object.fromEntries((await site.db.subscriber.findMany()).map(({ address, state }) => [address, state]))

const EXPORTS: [program: string, column: string, csv: string][] = [
  ['Buttondown, unconfirmed', 'type', 'email,type\nb@x.example,regular\na@x.example,unactivated\n'],
  ['Kit', 'Cancelled At', 'Email,First Name,Created At,Cancelled At\na@x.example,A,2024-01-01,2025-01-01\n'],
  [
    'MailerLite',
    'Unsubscribed',
    'Email,Name,Subscribed,Unsubscribed,Location\na@x.example,A,2024-01-01,2025-01-01 10:00:00,\n',
  ],
  [
    'Brevo',
    'BLOCKLISTED',
    'CONTACT ID;EMAIL;FIRSTNAME;BLOCKLISTED;ADDED_TIME\n1;a@x.example;A;true;2024-01-01\n',
  ],
  ['Brevo, opt-in', 'DOUBLE_OPT-IN', 'EMAIL,DOUBLE_OPT-IN\nb@x.example,Yes\na@x.example,No\n'],
  [
    'our own column without ours for the state',
    'unsubscribed_at',
    'email,unsubscribed_at\na@x.example,2025-01-01\n',
  ],
  [
    'Keila without its columns',
    'Status',
    'Email,First name,Last name,Status\na@x.example,A,B,unsubscribed\n',
  ],
  ['listmonk without its columns', 'status', 'email,attributes,status\na@x.example,{},disabled\n'],
  ['blanks and capitals', 'Opted  Out ', 'email,Opted  Out \na@x.example,2025-01-01\n'],
  ['no underscore', 'EmailDisabled', 'email,EmailDisabled\na@x.example,1\n'],
  ['a column that we do not know', 'Lists', 'email,Lists\nb@x.example,Subscribed\na@x.example,Opted-out\n'],
  [
    'no in another order of words',
    'email_subscribed',
    'email,email_subscribed\nb@x.example,1\na@x.example,0\n',
  ],
  ['no to emails', 'receives_emails', 'email,receives_emails\na@x.example,false\n'],
  ['no to a newsletter', 'Newsletter', 'email,Newsletter\nb@x.example,yes\na@x.example,no\n'],
  ['no to one of them', 'subscribed_to_newsletter', 'email,subscribed_to_newsletter\na@x.example,N\n'],
  ['no consent', 'marketing_consent', 'email,marketing_consent\na@x.example,no\n'],
  ['Klaviyo', 'Email Marketing Consent', 'Email,Email Marketing Consent\na@x.example,NEVER_SUBSCRIBED\n'],
  ['do not email', 'Do Not Email', 'email,Do Not Email\na@x.example,yes\n'],
  ['a date of leaving', 'left_at', 'email,left_at\na@x.example,2025-01-01\n'],
  ['an expired membership', 'expired', 'email,expired\na@x.example,true\n'],
  ['the end of a membership', 'Date left', 'email,Date left\na@x.example,2025-01-01\n'],
  ['yes in a column that we do not know', 'Spam', 'email,Spam\nb@x.example,no\na@x.example,yes\n'],
  ['no in another language', 'Rundbrief', 'email,Rundbrief\na@x.example,nein\n'],
  ['a word of its own', 'Email Status', 'email,Email Status\nb@x.example,active\na@x.example,gone\n'],
  ['a state beside ours', 'subscription-state', 'email,state,subscription-state\na@x.example,,2\n'],
  ['a status of something else', 'account_status', 'email,account_status\na@x.example,Cancelled\n'],
  ['state beside the column', 'Unsubscribed', 'email,state,Unsubscribed\na@x.example,,2025-01-01\n'],
  ['our state beside a program', 'state', 'name,email,status,state\nA,a@x.example,Active,suppressed\n'],
]

describe('an export of another program that says who left', () => {
  test.each(EXPORTS)('%s: %s is refused before any row is written', async (_, column, csv) => {
    for (const options of [['--dry-run'], []]) {
      const { code, stdout, stderr } = await importByCommand(csv, ...options)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(`column "${column.trim()}"`)
      expect(stderr).toContain('email,state,topics,hour,zone,days,confirmed_at,confirmed_how')
    }
    expect(await states()).toEqual({})
  })

  test('is refused with its code, although its topics are taken from that column', async () => {
    const { code, stderr } = await importByCommand(
      'email,type\nb@x.example,robots\na@x.example,unsubscribed\n',
      ...['--topics', 'type', '--json'],
    )
    expect({ code, error: JSON.parse(stderr).error }).toEqual({ code: 2, error: 'import.who-left' })
  })

  test('a program named with --from does not read columns that it lacks', async () => {
    const keila = await importByCommand('email,first_name\na@x.example,A\n', '--from', 'keila')
    const listmonk = await importByCommand('email,name\na@x.example,A\n', '--from', 'listmonk')
    expect([keila.code, listmonk.code]).toEqual([1, 1])
    expect(await states()).toEqual({})
  })
})

describe('a file without such a column', () => {
  test.each([
    [
      'Mailchimp, subscribed',
      'Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME\na@x.example,A,B,,2024-01-01\n',
    ],
    ['a type of person', 'email,type\na@x.example,student\n'],
    ['words about someone', 'email,notes\na@x.example,asked why she was unsubscribed\n'],
    ['a status of active people', 'email,Email Status\na@x.example,Active\n'],
    ['a subscription of active people', 'email,subscription_status\na@x.example,subscribed\n'],
    ['a marital status', 'email,marital_status\na@x.example,married\n'],
    ['a status of an order', 'email,order_status\na@x.example,shipped\n'],
    ['consent', 'email,Email Marketing Consent\na@x.example,SUBSCRIBED\n'],
    ['a date of joining', 'email,newsletter_since\na@x.example,2025-01-01\n'],
    ['yes', 'email,newsletter_opt_in\na@x.example,yes\n'],
    [
      'mapped to our state',
      'email,state,confirmed_at,unsubscribed_at\na@x.example,active,2025-02-01,2025-01-01\n',
    ],
  ])('is imported: %s', async (_, csv) => {
    const { code, stderr } = await importByCommand(csv)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await states()).toEqual({ 'a@x.example': 'active' })
  })

  test('a row with a time of leaving and no state is refused', async () => {
    const rows = 'a@x.example,,2025-01-01\nb@x.example,,\nc@x.example,unsubscribed,2025-01-01\n'
    const { code, stdout } = await importByCommand(`email,state,unsubscribed_at\n${rows}`, '--json')
    expect({ code, reasons: JSON.parse(stdout).reasons }).toEqual({
      code: 0,
      reasons: { 'import.no-state': 1 },
    })
    expect(await states()).toEqual({ 'b@x.example': 'active', 'c@x.example': 'unsubscribed' })
  })
})

describe('a file with every row refused', () => {
  const ALL_BAD = 'email,state\nnobody,active\na@x.example,gone\n'

  test('ends with code 1 and says so', async () => {
    for (const options of [['--dry-run'], []]) {
      const { code, stdout } = await importByCommand(ALL_BAD, ...options)
      expect({ code, said: stdout.includes('Every row was refused.') }).toEqual({ code: 1, said: true })
    }
  })

  test('ends with code 0 if a row is already here, and for a file without rows', async () => {
    await importByCommand('email\na@x.example\n')
    const again = await importByCommand('email,state\nnobody,active\na@x.example,active\n')
    expect(again.code).toBe(0)
    expect((await importByCommand('email\na@x.example\n')).code).toBe(0)
    expect((await importByCommand('email,state\n')).code).toBe(0)
  })
})

describe('the admin page', () => {
  let admin: Admin
  beforeEach(async () => {
    admin = await logIn(site)
  })
  const post = (csv: string, more = {}) =>
    admin.post('/admin/subscribers/import', { csv, consent: 'a form', ...more })

  test('refuses a file that says who left, with the sentence, and keeps it', async () => {
    for (const more of [{}, { do: 'import' }]) {
      const { statusCode, body } = await post('email,left_at\na@x.example,2025-01-01\n', more)
      expect(statusCode).toBe(422)
      expect(/role="alert".*?<\/div>/s.exec(body)?.[0]).toContain('column &quot;left_at&quot;')
      expect(body).toContain('a@x.example,2025-01-01')
    }
    expect(await states()).toEqual({})
  })

  test('says that every row was refused', async () => {
    for (const more of [{}, { do: 'import' }]) {
      const { statusCode, body } = await post('email\nnobody\n', more)
      expect({ statusCode, said: body.includes('Every row was refused.') }).toEqual({
        statusCode: 422,
        said: true,
      })
    }
    expect((await post('email\na@x.example\n')).statusCode).toBe(200)
  })
})
