import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plainText } from '../../../../src/papers/text/plain-text.ts'

const file = new URL('../../../fixtures/tex/labelled.json', import.meta.url)
const labelled: { tex: string; plain: string }[] = JSON.parse(readFileSync(file, 'utf8'))

// A commit that lowers this floor gives the reason.
const AGREE = 200

test('titles and sentences with TeX come out as a person labelled them', () => {
  expect(new Set(labelled.map(({ tex }) => tex)).size).toBe(200)
  const differ = labelled.filter(({ tex, plain }) => plainText(tex) !== plain)
  const listed = differ.map(({ tex, plain }) => ({ tex, plain, got: plainText(tex) }))
  expect(labelled.length - differ.length, JSON.stringify(listed, null, 1)).toBeGreaterThanOrEqual(AGREE)
})
