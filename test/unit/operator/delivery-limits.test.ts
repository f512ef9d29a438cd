import { expect, test } from 'vitest'
import { type DeliveryLimit, deliveryLimitText } from '../../../src/operator/delivery-report.ts'

const pace = (changes: Partial<DeliveryLimit>): DeliveryLimit => ({
  kind: 'slowed',
  domain: 'gmail.com',
  perSecond: 2.5,
  until: null,
  left: null,
  of: null,
  reply: '421 4.7.28 slow down',
  ...changes,
})

test.each<[Partial<DeliveryLimit>, string]>([
  [{}, 'gmail.com: 2.5 a second, because its server asked to slow down: 421 4.7.28 slow down'],
  [
    { perSecond: 0.5123 },
    'gmail.com: 0.51 a second, because its server asked to slow down: 421 4.7.28 slow down',
  ],
  [{ perSecond: 1234.5, domain: null, kind: 'rate' }, 'all email: 1,200 a second (SMTP_URL)'],
  [
    { kind: 'was-held', reply: '10 emails in a row' },
    'gmail.com: 2.5 a second, after an hour on hold for refusals: 10 emails in a row',
  ],
  [
    { reply: `421 ${'x'.repeat(300)}` },
    `gmail.com: 2.5 a second, because its server asked to slow down: 421 ${'x'.repeat(115)}…`,
  ],
])('%o: %s', (changes, text) => expect(deliveryLimitText(pace(changes))).toBe(text))
