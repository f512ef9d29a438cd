import { expect, test } from 'vitest'
import { isPrivateIp, isPublicIp } from '../../../src/core/ip-networks.ts'

test.each(['10.0.0.1', '127.0.0.1', '172.20.0.1', '192.168.1.1', '::1', 'fd00::1', '::ffff:10.0.0.1'])(
  '%s is private',
  (address) => {
    expect(isPrivateIp(address)).toBe(true)
    expect(isPublicIp(address)).toBe(false)
  },
)

test.each([
  '0.0.0.0',
  '100.64.0.1',
  '169.254.169.254',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::7f00:1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fe80::1',
  'fec0::1',
  '::ffff:169.254.169.254',
])('%s is neither private nor public', (address) => {
  expect(isPrivateIp(address)).toBe(false)
  expect(isPublicIp(address)).toBe(false)
})

test.each(['93.184.216.34', '172.32.0.1', '2606:2800:220:1:248:1893:25c8:1946', '2001:200::1'])(
  '%s is public',
  (address) => {
    expect(isPrivateIp(address)).toBe(false)
    expect(isPublicIp(address)).toBe(true)
  },
)
