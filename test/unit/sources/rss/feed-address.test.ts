import { describe, expect, test } from 'vitest'
import {
  fetchPolicyOf,
  parseSourceName,
  requireSource,
  sourceTitle,
} from '../../../../src/sources/registry.ts'
import { isPublicHttps } from '../../../../src/sources/rss/public-address-client.ts'

const sectionOf = (text: string) => parseSourceName(`rss:${text}`)?.section

describe('the address of a feed', () => {
  test.each([
    ['https://Example.org', 'https://example.org/'],
    ['HTTPS://example.org/a b', 'https://example.org/a%20b'],
    ['http://127.0.0.1:8080/feed', 'http://127.0.0.1:8080/feed'],
    ['https://example.org/?a=1,2&b', 'https://example.org/?a=1,2&b'],
    ['https://example.org/feed#My Journal', 'https://example.org/feed#My%20Journal'],
  ])('%s is written %s', (text, expected) => {
    expect(sectionOf(text)).toBe(expected)
    expect(sectionOf(expected)).toBe(expected)
  })

  test.each([
    'example.org/feed',
    'ftp://example.org/feed',
    'file:///etc/passwd',
    'https://',
    'https://me:secret@example.org/feed',
  ])('%s is none', (text) => {
    expect(sectionOf(text)).toBeUndefined()
  })

  test('is shown as its label, or without its query, which may have a token', () => {
    expect(sourceTitle('rss:https://example.org/feed?token=secret')).toBe('example.org/feed')
    expect(sourceTitle('rss:https://example.org/feed?token=secret#My Journal')).toBe('My Journal')
  })

  test('shares its throttle with the feeds of the same host', () => {
    const service = (text: string) => fetchPolicyOf(requireSource(`rss:${text}`)).service
    expect(service('https://example.org/a')).toBe(service('https://example.org/b#B'))
    expect(service('https://example.org/a')).not.toBe(service('https://example.com/a'))
  })
})

describe('a redirect to another host', () => {
  test.each([
    'http://93.184.216.34/feed',
    'https://93.184.216.34:8443/feed',
    'https://me:secret@93.184.216.34/feed',
    'https://localhost/feed',
    'https://127.0.0.1/feed',
    'https://[::1]/feed',
    'https://[2002:7f00:1::]/feed',
    'https://no-such-host.invalid/feed',
  ])('is not followed to %s', async (address) => {
    expect(await isPublicHttps(new URL(address))).toBe(false)
  })

  test('is followed to https at a public address', async () => {
    expect(await isPublicHttps(new URL('https://93.184.216.34/feed'))).toBe(true)
  })
})
