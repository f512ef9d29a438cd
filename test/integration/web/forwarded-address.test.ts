import { expect, test } from 'vitest'
import { useSite } from '../../support/site.ts'

const site = useSite({ TRUST_PROXY: '127.0.0.1' })

test.each([
  '92.1.1.1',
  '92.1.1.1%0',
  '92.1.1.1%eth0',
  '2001:db8::1%0',
  '::ffff:92.1.1.1%1',
  'unknown',
  '%',
  '',
])('a visitor with the forwarded address %j gets the page', async (address) => {
  const { statusCode } = await site.app.inject({
    url: '/subscribe',
    headers: { 'x-forwarded-for': address, accept: 'text/html' },
  })
  expect(statusCode).toBe(200)
})
