import { expect, test } from 'vitest'
import { type HeaderData, joinHeader } from '../../../../src/mail/smtp/join-header.ts'

const mail: HeaderData = {
  from: { name: 'Papers', address: 'papers@example.org' },
  to: { name: '', address: 'ann@example.com' },
  subject: '1 match',
  messageId: '<digest.1@example.org>',
  date: new Date('2026-11-30T07:00:00Z'),
  boundary: 'abc',
  headers: {},
}
const compose = ({ to, subject, messageId, boundary }: HeaderData) =>
  `To: ${to.address}\r\nSubject: ${subject}\r\nMessage-ID: ${messageId}\r\nboundary="${boundary}"`

test('a joined header has the values of each email', () => {
  expect(joinHeader(mail, compose)).toBe(compose(mail))
  const next = {
    ...mail,
    to: { name: '', address: 'bob@example.com' },
    subject: '2 matches',
    boundary: 'def',
  }
  expect(joinHeader(next, compose)).toBe(compose(next))
})

test.each([
  ['lost', (data: HeaderData) => compose(data).replace(data.boundary, '')],
  ['written twice', (data: HeaderData) => `${compose(data)}\r\nX-Boundary: ${data.boundary}`],
])('a header is refused if a value is %s', (what, wrong) => {
  const other = { ...mail, from: { name: what, address: 'papers@example.org' } }
  expect(() => joinHeader(other, wrong)).toThrow(
    expect.objectContaining({
      code: 'message.bad-header',
      values: { fields: 'to, subject, messageId, boundary' },
    }),
  )
})
