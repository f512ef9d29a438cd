import { expect, test } from 'vitest'
import { bucketsOf, networksOf, tooManyRequests } from '../../../src/limits/rate-limit.ts'

const v4 = ['203.0.113.77/32', '203.0.113.0/24']
const v6 = ['2001:db8:1:2ff::/64', '2001:db8:1:200::/56', '2001:db8:1:0::/48']

test.each([
  ['203.0.113.77', v4],
  ['::ffff:203.0.113.77', v4],
  ['::FFFF:cb00:714d', v4],
  ['0:0:0:0:0:ffff:cb00:714d', v4],
  ['2001:db8:1:2ff:3:4:5:6', v6],
  ['2001:0DB8:0001:02FF::1', v6],
  ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0:0::/56', '2001:db8:0:0::/48']],
  ['1::ffff:203.0.113.77', ['1:0:0:0::/64', '1:0:0:0::/56', '1:0:0:0::/48']],
  ['::1', ['0:0:0:0::/64', '0:0:0:0::/56', '0:0:0:0::/48']],
  ['203.0.113.77%0', v4],
  ['::ffff:203.0.113.77%eth0', v4],
  ['fe80::1%eth0', ['fe80:0:0:0::/64', 'fe80:0:0:0::/56', 'fe80:0:0:0::/48']],
  ['', ['unknown']],
  ['nonsense', ['unknown']],
  ['203.0.113.256', ['unknown']],
])('bucketsOf has for %j the networks %j', (ip, prefixes) => {
  expect(networksOf(ip).map(({ prefix }) => prefix)).toEqual(prefixes)
})

test('`networksOf` treats a connection that has closed, and so has no address, as unknown', () => {
  expect(networksOf(undefined).map(({ prefix }) => prefix)).toEqual(['unknown'])
})

test('bucketsOf gives wider networks three and nine times the limit of one visitor', () => {
  const limit = { name: 'signup', label: 'sign-ups of one network', capacity: 20, perSecond: 0.5 }
  expect(bucketsOf(limit, '2001:db8:1:2ff::1')).toEqual([
    { key: 'signup 2001:db8:1:2ff::/64', capacity: 20, perSecond: 0.5 },
    { key: 'signup 2001:db8:1:200::/56', capacity: 60, perSecond: 1.5 },
    { key: 'signup 2001:db8:1:0::/48', capacity: 180, perSecond: 4.5 },
  ])
  expect(bucketsOf(limit, '203.0.113.77').map(({ capacity }) => capacity)).toEqual([20, 60])
})

test.each([
  [0.2, 1, '1 second'],
  [99, 99, '99 seconds'],
  [540.5, 541, '10 minutes'],
])('a wait of %d s has the Retry-After %d and the text "%s"', (wait, seconds, text) => {
  expect(tooManyRequests('sign-ups of one network', wait)).toMatchObject({
    code: 'rate.too-many',
    values: { seconds, wait: text, limit: 'sign-ups of one network' },
  })
})
