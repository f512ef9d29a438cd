import { beforeEach, expect, test } from 'vitest'
import { addSubscriber } from '../../../../src/account/signup/add-subscriber.ts'
import { recentActions } from '../../../../src/core/action.repo.ts'
import { words as allWords, fill } from '../../../../src/i18n/words.ts'
import { type Admin, logIn, PASSWORD } from '../../../support/admin.ts'
import { checksums } from '../../../support/checksums.ts'
import { errorsOn } from '../../../support/page-text.ts'
import { useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const ANN = 'ann@lab.example'
const words = allWords.admin.importExport
let admin: Admin
beforeEach(async () => {
  admin = await logIn(site)
  site.logged.length = 0
})

const stateOf = async (address: string) => (await site.db.subscriber.findFirst({ where: { address } }))?.state

const CSV = `email,state,confirmed_at,confirmed_how\n${ANN},active,2026-01-02,a form\nold@lab.example,active,2026-01-02,a form\nnobody,active,2026-01-02,a form\n`
const upload = async (text: string, fields: Record<string, string> = {}) => {
  const form = new FormData()
  for (const [name, value] of Object.entries({ token: await admin.token(), ...fields })) form.set(name, value)
  form.set('csv', new File([text], 'people.csv'))
  const sent = new Response(form)
  return site.app.inject({
    method: 'POST',
    url: '/admin/subscribers/import',
    headers: { cookie: admin.cookie, 'content-type': sent.headers.get('content-type')! },
    payload: Buffer.from(await sent.arrayBuffer()),
  })
}

test('shows what would happen to each row, then does it', async () => {
  await addSubscriber(site.deps, { email: 'old@lab.example', topics: [], consent: 'paper' })
  const before = await checksums(site.db)
  const shown = await upload(CSV)
  expect(shown.statusCode).toBe(200)
  expect(shown.body).toContain('1 of 3 rows would be imported')
  expect(shown.body).toContain('By state: 1 active')
  expect(shown.body).toMatch(/Refused rows.*Not an email address.*\(line 4\)/s)
  // The second button sends the text of the file.
  expect(shown.body).toContain(`${ANN},active,2026-01-02,a form`)
  expect(await checksums(site.db)).toEqual(before)
  const done = await admin.post('/admin/subscribers/import', { csv: CSV, do: 'import' })
  expect(done.body).toContain('Imported 1 of 3 rows')
  expect(await stateOf(ANN)).toBe('active')
  expect(await recentActions(site.db, { limit: 9 })).toMatchObject([
    { via: 'admin', verb: 'subscribers import' },
  ])
  expect(site.logged.join('')).not.toContain(ANN)
})

test.each([
  ['', {}, 'import.empty', 'empty'],
  ['name\nAnn', {}, 'import.no-email-column', 'email'],
  [`email\n${ANN}`, { topics: '"robots' }, 'query.quote-open', 'robots'],
  [`email\n${'x'.repeat(1_000_000)}`, {}, 'import.too-large', 'subscribers import'],
])('a file that cannot be imported gets a sentence', async (text, fields: object, code, said) => {
  const { statusCode, body } = await upload(text, { consent: 'a form', ...fields, do: 'import' })
  expect(statusCode).toBe(422)
  expect(errorsOn(body)).toEqual([code])
  expect(/role="alert".*?<\/div>/s.exec(body)?.[0]).toContain(said)
  expect(body).toContain('value="a form"')
})

test('the text in the page may be as long as the file, although browsers end its lines with CRLF', async () => {
  const csv = `email\n${'x\n'.repeat(499_000)}`.slice(0, 999_999)
  const { body } = await admin.post('/admin/subscribers/import', { csv: csv.replaceAll('\n', '\r\n') })
  expect(body).not.toContain('more than 1,000,000 characters')
})

test('further rows of an address count as duplicates, rows of people who are here as already here', async () => {
  await addSubscriber(site.deps, { email: 'old@lab.example', topics: [], consent: 'paper' })
  const shown = await upload(`${CSV}${ANN},active,2026-01-02,a form\n`)
  expect(shown.body).toContain(fill(words.unchanged, { number: 1 }))
  expect(shown.body).toContain(fill(words.duplicate, { number: 1 }))
  const single = await upload(CSV)
  expect(single.body).not.toContain(fill(words.duplicate, { number: 0 }))
})

test('the refused rows can be downloaded, corrected and imported', async () => {
  const { body } = await upload(CSV)
  const [, base64 = ''] = /href="data:text\/csv;base64,([^"]+)" download="refused.csv"/.exec(body) ?? []
  const refused = Buffer.from(base64, 'base64').toString()
  expect(refused).toMatch(/^email,state,.*,line,reason\r?\nnobody,active,2026-01-02,a form,4,/)
  const corrected = refused.replace('nobody', 'someone@lab.example')
  expect((await upload(corrected, { do: 'import' })).statusCode).toBe(200)
  expect(await stateOf('someone@lab.example')).toBe('active')
})

test('the sample file is a download that can be imported as it is', async () => {
  const path = '/admin/subscribers/import/sample.csv'
  expect((await admin.get('/admin/subscribers/import')).body).toContain(`href="${path}"`)
  const sample = await admin.get(path)
  expect(sample.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="sample.csv"',
  })
  expect((await upload(sample.body)).body).toContain(fill(words.would, { taken: 2, rows: 2 }))
})

test('strangers and other sites cannot import', async () => {
  expect((await site.app.inject({ method: 'POST', url: '/admin/subscribers/import' })).statusCode).toBe(303)
  const answer = await admin.post('/admin/subscribers/import', { csv: CSV, do: 'import', token: 'x' })
  expect(answer.statusCode).toBe(403)
  expect(await stateOf(ANN)).toBe(undefined)
})
