import { beforeEach, describe, expect, test } from 'vitest'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { words } from '../../../../src/i18n/words.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { checksums } from '../../../support/checksums.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const ANN = 'ann@lab.example'
let admin: Admin
beforeEach(async () => {
  admin = await logIn(site)
  site.logged.length = 0
})

const stateOf = async (address: string) => (await site.db.subscriber.findFirst({ where: { address } }))?.state
const actions = async () =>
  (await recentActions(site.db, { limit: 9 })).map(({ via, verb, detail }) => ({ via, verb, detail }))

describe('the form to add a subscriber', () => {
  const fields = { email: ANN, topic: 'robots\nauthor:Gu', consent: '' }

  test.each([
    ['', words.admin.add.would.confirmation, 'added-confirmation', 'pending'],
    ['agreed at lunch', words.admin.add.would.confirmed, 'added-confirmed', 'active'],
  ])('with consent "%s" shows what would happen, and then does it', async (consent, text, done, state) => {
    const before = await checksums(site.db)
    const shown = await admin.post('/admin/subscribers/add', { ...fields, consent })
    expect(shown.statusCode).toBe(200)
    expect(shown.body).toContain(text)
    expect(shown.body).toContain('robots\nauthor:Gu</textarea>')
    expect(await checksums(site.db)).toEqual(before)
    const { headers } = await admin.post('/admin/subscribers/add', { ...fields, consent, do: 'add' })
    expect(headers.location).toMatch(new RegExp(`^/admin/subscribers/[\\w-]+\\?done=${done}$`))
    expect((await admin.get(headers.location as string)).body).toContain('role="status"')
    expect(await stateOf(ANN)).toBe(state)
    expect(await actions()).toEqual([{ via: 'admin', verb: 'subscribers add', detail: '' }])
    expect(site.logged.join('')).not.toContain(ANN)
  })

  test('marks each wrong field and keeps the input', async () => {
    const wrong = { email: 'ann@', topic: '"robots', consent: 'x' }
    const { statusCode, body } = await admin.post('/admin/subscribers/add', { ...wrong, do: 'add' })
    expect(statusCode).toBe(422)
    expect(errorsOn(body)).toEqual(['address.malformed'])
    expect(body).toMatch(/value="ann@" aria-describedby="problem" aria-invalid="true"/)
    expect(body).toMatch(/aria-invalid="true">\s*&quot;robots<\/textarea>/)
    expect(await actions()).toEqual([])
  })
})
