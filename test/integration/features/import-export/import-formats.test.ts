import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { showSubscriber } from '../../../../src/account/show-subscriber.ts'
import { runCli } from '../../../support/commands.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite()
const folder = mkdtempSync(join(tmpdir(), 'formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FIXTURES = join(import.meta.dirname, '../../../fixtures/import')

/** Imports a fixture through the command, and returns its JSON. */
async function importFixture(name: string, ...options: string[]) {
  const settings = { DATABASE_URL: site.deps.databaseUrl, CLOCK_NOW: '2026-11-24T12:00:00Z' }
  const file = join(FIXTURES, `${name}.csv`)
  const refused = join(folder, `${name}.refused.csv`)
  const command = ['subscribers', 'import', file, '--refused', refused, '--json', ...options]
  return JSON.parse((await runCli(command, settings)).stdout)
}

async function states() {
  const rows = await site.db.subscriber.findMany({ orderBy: { address: 'asc' } })
  return Object.fromEntries(rows.map(({ address, state }) => [address!.split('@')[0], state]))
}

const shown = (name: string) => showSubscriber(site.deps, { email: `${name}@example.com` })

test('Mailchimp: CONFIRM_TIME is the consent, and without it a person is pending', async () => {
  expect(await importFixture('mailchimp-subscribed', '--consent', 'a form')).toMatchObject({
    format: 'mailchimp',
    taken: 3,
    refused: 0,
  })
  expect(await states()).toEqual({ ada: 'active', bea: 'pending', cid: 'active' })
  const { subscriber, consents } = await shown('ada')
  expect(subscriber.confirmedAt).toEqual(new Date('2024-01-02T08:05:00Z'))
  expect(consents).toMatchObject([
    { event: 'confirmed', how: 'import: Mailchimp CONFIRM_TIME, from 192.0.2.8' },
  ])
})

test('Mailchimp: merge fields that are called Topics and State are not our columns', async () => {
  expect(await importFixture('mailchimp-merge-fields', '--consent', 'a form')).toMatchObject({
    format: 'mailchimp',
    ignored: ['topics', 'state'],
    taken: 2,
    refused: 0,
  })
  expect(await states()).toEqual({ ada: 'active', bea: 'pending' })
})

test('Mailchimp: the files of unsubscribed and cleaned contacts make no one active', async () => {
  expect(await importFixture('mailchimp-unsubscribed')).toMatchObject({ format: 'mailchimp', taken: 1 })
  expect(await importFixture('mailchimp-cleaned')).toMatchObject({ format: 'mailchimp', taken: 1 })
  expect(await states()).toEqual({ dan: 'unsubscribed', eve: 'suppressed' })
  expect((await shown('dan')).consents.map(({ event, at }) => [event, at])).toEqual([
    ['confirmed', new Date('2024-01-02T08:05:00Z')],
    ['unsubscribed', new Date('2025-01-04T08:00:00Z')],
  ])
  expect((await shown('eve')).suppression).toEqual({ reason: 'dead', at: new Date('2025-01-05T08:00:00Z') })
})

test('Ghost: those without emails and the deleted are unsubscribed', async () => {
  expect(await importFixture('ghost', '--consent', 'a form')).toMatchObject({ format: 'ghost', taken: 3 })
  expect(await states()).toEqual({ ada: 'active', bea: 'unsubscribed', cid: 'unsubscribed' })
  expect((await shown('ada')).subscriber.confirmedAt).toEqual(new Date('2024-01-02T08:00:00Z'))
})

test('Substack: those with email_disabled are unsubscribed', async () => {
  expect(await importFixture('substack', '--consent', 'a form')).toMatchObject({
    format: 'substack',
    taken: 2,
  })
  expect(await states()).toEqual({ ada: 'active', bea: 'unsubscribed' })
})

test('Buttondown: each type has a state, and an unknown type is refused', async () => {
  expect(await importFixture('buttondown', '--consent', 'a form')).toMatchObject({
    format: 'buttondown',
    taken: 5,
    reasons: { 'import.state': 1 },
  })
  expect(await states()).toEqual({
    ada: 'active',
    bea: 'unsubscribed',
    cid: 'pending',
    dan: 'active',
    eve: 'suppressed',
  })
  expect((await shown('bea')).consents.at(-1)).toMatchObject({
    event: 'unsubscribed',
    at: new Date('2025-01-02T08:00:00Z'),
  })
})

test('Buttondown: who has a date or a reason of leaving is not active, whatever the type is', async () => {
  expect(await importFixture('buttondown-who-left', '--consent', 'a form')).toMatchObject({
    format: 'buttondown',
    taken: 7,
  })
  expect(await states()).toEqual({
    ada: 'active',
    bea: 'unsubscribed',
    cid: 'suppressed',
    dan: 'unsubscribed',
    eve: 'unsubscribed',
    fay: 'suppressed',
    gus: 'suppressed',
  })
  expect((await shown('cid')).suppression).toEqual({ reason: 'dead', at: new Date('2025-01-03T08:00:00Z') })
  expect((await shown('gus')).suppression?.reason).toBe('complaint')
})

test('Sendy: each status has a state', async () => {
  expect(await importFixture('sendy', '--consent', 'a form')).toMatchObject({ format: 'sendy', taken: 5 })
  expect(await states()).toEqual({
    ada: 'active',
    bea: 'unsubscribed',
    cid: 'pending',
    dan: 'suppressed',
    eve: 'suppressed',
  })
  expect((await shown('eve')).suppression?.reason).toBe('complaint')
})

test.each(['ghost', 'substack', 'buttondown', 'sendy'])(
  '%s: no one is active without consent',
  async (name) => {
    expect(await importFixture(name)).toMatchObject({ reasons: { 'import.no-consent': expect.any(Number) } })
    expect(Object.values(await states())).not.toContain('active')
  },
)

test('an address that is suppressed here stays so, whatever the export says', async () => {
  await importFixture('mailchimp-cleaned')
  await importFixture('sendy', '--consent', 'a form')
  expect(await states()).toMatchObject({ eve: 'suppressed' })
})
