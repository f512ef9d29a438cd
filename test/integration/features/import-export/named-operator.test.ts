import { expect, test } from 'vitest'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { PASSWORD } from '../../../support/admin.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { useSite } from '../../../support/site.ts'
import { useTestLogin } from '../../../support/test-login.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const testLogin = useTestLogin(site)

test('an import and an export have the name of the operator in the operator log', async () => {
  const admin = await testLogin.logIn('change')
  await admin.post('/admin/subscribers/import', { csv: 'email\nbea@example.com\n', do: 'import' })
  await admin.post('/admin/subscribers/export')
  const actions = await recentActions(site.db, { limit: 10 })
  expect(actions.map(({ verb, by }) => [verb, by])).toEqual([
    ['subscribers export', 'Ada Reader'],
    ['subscribers import', 'Ada Reader'],
  ])
})

test('an operator who may only look can neither import nor export, and gets no button for it', async () => {
  const admin = await testLogin.logIn('look')
  for (const answer of [
    await admin.get('/admin/subscribers/import'),
    await admin.post('/admin/subscribers/import', { csv: 'email\nbea@example.com\n' }),
    await admin.post('/admin/subscribers/export'),
  ])
    expect([answer.statusCode, errorsOn(answer.body)]).toEqual([403, ['admin.read-only']])
  expect((await admin.get('/admin/subscribers')).body).not.toMatch(/subscribers\/(import|export)"/)
})
