import { describe, expect, test } from 'vitest'
import { pinnedFiles } from '../../../../scripts/release/missing.ts'
import { actionsIn, imagesIn, pinActions, pinImages } from '../../../../scripts/release/pins.ts'
import { readPublished } from '../../../../scripts/release/published.ts'

const COMMIT = '1'.repeat(40)
const DIGEST = `sha256:${'2'.repeat(64)}`
const PINS = {
  actions: { 'actions/checkout@v6': COMMIT },
  digests: { 'node:24-slim': DIGEST, 'postgres:17': '' },
}

describe('`pinActions`', () => {
  const unpinned = '    - uses: actions/checkout@v6\n    - uses: actions/cache@v5\n'
  const pinned = `    - uses: actions/checkout@${COMMIT} # v6\n    - uses: actions/cache@v5\n`

  test('writes the commit of an action that is known, once', () => {
    expect(pinActions(unpinned, PINS)).toBe(pinned)
    expect(pinActions(pinned, PINS)).toBe(pinned)
  })

  test('writes the version again if the commit is no longer known', () => {
    expect(pinActions(pinned, { ...PINS, actions: {} })).toBe(unpinned)
  })

  test('names the same actions before and after', () => {
    expect(actionsIn(pinned)).toEqual(['actions/checkout@v6', 'actions/cache@v5'])
    expect(actionsIn(unpinned)).toEqual(actionsIn(pinned))
  })
})

test.each([
  'FROM node:24-slim AS packages',
  'ARG NODE=node:24-slim',
  'COPY --from=node:24-slim /usr/local/bin/node /usr/local/bin/',
  '    image: node:24-slim',
])('`pinImages` writes the digest into %s, once', (line) => {
  const pinned = line.replace('node:24-slim', `node:24-slim@${DIGEST}`)
  expect(pinImages(line, PINS)).toBe(pinned)
  expect(pinImages(pinned, PINS)).toBe(pinned)
  expect(imagesIn(pinned)).toEqual(['node:24-slim'])
})

test('`pinImages` leaves an image whose digest is not known', () => {
  expect(pinImages('image: postgres:17', PINS)).toBe('image: postgres:17')
})

const published = readPublished()

describe.each(pinnedFiles(published))('$path', ({ path, text, pinned }) => {
  test('names only actions and images of published.json', () => {
    const known = path.endsWith('.yml') && path.startsWith('.github') ? published.actions : published.digests
    const named = path.startsWith('.github') ? actionsIn(text) : imagesIn(text)
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !(name in known))).toEqual([])
  })

  test('has the pins of published.json', () => expect(text).toBe(pinned))
})
