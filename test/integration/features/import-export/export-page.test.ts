import { Readable } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { recentActions } from '../../../../src/core/action.repo.ts'
import {
  exportSubscribers,
  subscriberLines,
} from '../../../../src/features/import-export/export-subscribers.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const PATH = '/admin/subscribers/export'
let admin: Admin

beforeEach(async () => {
  for (const email of ['ann@lab.example', 'bob@lab.example'])
    await addSubscriber(site.deps, { email, topics: ['"linear attention"'], consent: 'paper' })
  admin = await logIn(site)
})

test('the button on the list of subscribers downloads what `subscribers export` writes, and is logged', async () => {
  expect((await admin.get('/admin/subscribers')).body).toContain(`<form method="post" action="${PATH}">`)
  site.logged.length = 0
  const { statusCode, headers, body } = await admin.post(PATH)
  expect(statusCode).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="subscribers-2026-11-24.csv"',
    'cache-control': 'no-store',
  })
  expect(body).toBe((await Readable.from(subscriberLines(exportSubscribers(site.deps))).toArray()).join(''))
  expect(await recentActions(site.db, { limit: 1 })).toMatchObject([
    { via: 'admin', verb: 'subscribers export', detail: '{"subscribers":2}' },
  ])
  expect(site.logged.join('')).not.toContain('ann@lab.example')
})

test('strangers and other sites get no export', async () => {
  expect((await site.app.inject({ method: 'POST', url: PATH })).statusCode).toBe(303)
  const answer = await admin.post(PATH, { token: 'x' })
  expect(answer.statusCode).toBe(403)
  expect(answer.body).not.toContain('ann@lab.example')
  expect(await recentActions(site.db, { limit: 1 })).not.toMatchObject([{ verb: 'subscribers export' }])
})
