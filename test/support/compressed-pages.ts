import { expect } from 'vitest'
import { type Answer, form } from './https.ts'

/** Expects that a proxy compresses what is public, and nothing behind a personal link. */
export async function expectOnlyPublicPagesCompressed(
  go: (path: string, options: object) => Promise<Answer>,
  personal: readonly string[] = [],
): Promise<void> {
  const asked = { accept: 'text/html', 'accept-encoding': 'gzip' }
  const encodingOf = async (path: string, { headers = {}, ...options } = {}) =>
    (await go(path, { headers: { ...headers, ...asked }, ...options })).headers['content-encoding']
  for (const path of ['/', '/assets/site.css', '/papers/trending', '/openapi.json'])
    expect([path, await encodingOf(path)]).toEqual([path, 'gzip'])
  const paths = ['/manage/token', '/manage', '/confirm/token', '/unsubscribe/token', '/digest/token']
  for (const path of [...paths, ...personal])
    expect([path, await encodingOf(path)]).toEqual([path, undefined])
  expect(await encodingOf('/manage/token/library', form({ library: 'robots' }))).toBe(undefined)
}
