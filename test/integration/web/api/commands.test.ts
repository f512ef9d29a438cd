import { expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { pauseDelivery } from '../../../../src/operator/delivery-switch.ts'
import { API_TOKEN, ask } from '../../../support/api.ts'
import { runCommand } from '../../../support/commands.ts'
import { NOW, useSite } from '../../../support/site.ts'

const site = useSite({ API_TOKEN })

const said = async (...args: string[]) => JSON.parse(JSON.stringify((await runCommand(site.deps, args)).json))
const answered = async (path: string) => (await ask(site.app, 'GET', path)).json()
// How long a nudge has waited is another second at each look.
const still = ({ workers, ...rest }: { workers: object }) => ({ ...rest, workers: Object.keys(workers) })

test('the API returns the same emails, day totals and delivery state as the commands', async () => {
  await addSubscriber(site.deps, { email: 'ann@reader.example', topics: [] })
  await addSubscriber(site.deps, { email: 'ben@reader.example', topics: [] })
  await site.db.tick.create({ data: { name: 'minute', slot: NOW } })
  await pauseDelivery(site.deps, { reason: 'a look' })

  const messages = await said('messages', 'list')
  expect(messages.length).toBeGreaterThan(1)
  expect((await answered('/api/messages')).items).toEqual(messages)
  for (const [query, ...options] of [
    ['kind=confirmation', '--kind', 'confirmation'],
    ['kind=goodbye', '--kind', 'goodbye'],
    ['date=2026-11-24', '--date', '2026-11-24'],
    ['date=2026-11-23', '--date', '2026-11-23'],
  ]) {
    const { items } = await answered(`/api/messages?${query}`)
    expect([query, items]).toEqual([query, await said('messages', 'list', ...options)])
  }
  expect((await answered('/api/messages?kind=confirmation')).items).toHaveLength(2)
  expect((await answered('/api/messages?kind=goodbye')).items).toEqual([])
  expect((await answered('/api/messages?date=2026-11-23')).items).toEqual([])

  const [{ id }] = messages
  expect(await answered(`/api/messages/${id}`)).toEqual(await said('messages', 'show', id))
  expect(await answered('/api/digests/status')).toEqual(await said('digests', 'status'))

  const delivery = await answered('/api/delivery')
  expect(delivery).toMatchObject({
    reason: 'a look',
    lanes: {
      transactional: { oldest: NOW.toISOString(), nextTry: NOW.toISOString() },
      bulk: { oldest: null },
    },
    schedule: { ticked: NOW.toISOString() },
    workers: { holding: 0 },
  })
  expect(still(delivery)).toEqual(still(await said('delivery', 'status')))
})

test('the API shows the rate of delivery that resumes slowly', async () => {
  await pauseDelivery(site.deps, { reason: 'a look' })
  const resumed = await ask(site.app, 'POST', '/api/delivery/resume', {})
  expect([resumed.statusCode, resumed.json().delivery.sendRates]).toMatchObject([200, [{ kind: 'resumed' }]])
  expect((await answered('/api/delivery')).sendRates).toMatchObject([{ kind: 'resumed', reply: null }])
})

test('a query never replaces the subject in the path', async () => {
  await addSubscriber(site.deps, { email: 'ann@reader.example', topics: [] })
  const { id } = await site.db.subscriber.findFirstOrThrow()
  const message = await site.db.message.findFirstOrThrow()
  for (const path of [`subscribers/${id}`, `subscribers/${id}/export`, `subscribers/${id}/topics`])
    expect((await ask(site.app, 'GET', `/api/${path}?who=x&id=other`)).statusCode).toBe(200)
  expect((await answered(`/api/messages/${message.id}?id=other`)).id).toBe(message.id)
})

test('a dry run, in the query or in the body, changes nothing', async () => {
  await addSubscriber(site.deps, { email: 'ann@reader.example', topics: [], consent: 'on paper' })
  const { id } = await site.db.subscriber.findFirstOrThrow()
  for (const [method, path, body] of [
    ['POST', `/api/subscribers/${id}/unsubscribe?dryRun=true`, undefined],
    ['POST', `/api/subscribers/${id}/unsubscribe`, { dryRun: true }],
    ['DELETE', `/api/subscribers/${id}?dryRun=true`, undefined],
    ['DELETE', `/api/subscribers/${id}`, { dryRun: true }],
  ] as const)
    expect((await ask(site.app, method, path, body)).json()).toMatchObject({ dryRun: true })
  expect((await site.db.subscriber.findFirstOrThrow()).state).toBe('active')
})
