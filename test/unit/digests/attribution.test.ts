import { expect, test } from 'vitest'
import { attributionWithThanks, servicesOf } from '../../../src/digests/attribution.ts'
import { words } from '../../../src/i18n/words.ts'

test('`servicesOf` names each service once, each feed by its own title, and arXiv with Hugging Face', () => {
  expect(servicesOf(['huggingface', 'arxiv:cs.CL', 'arxiv:cs.AI'])).toEqual(['Hugging Face', 'arXiv'])
  expect(servicesOf(['rss:https://journal.example/a#Nature', 'biorxiv'])).toEqual(['Nature', 'bioRxiv'])
  expect(servicesOf(['import'])).toEqual([])
})

test('the attribution names up to three services, and thanks arXiv only for its papers', () => {
  const { thanks } = words.attribution
  expect(attributionWithThanks(['Nature'])).toBe('Papers from Nature, not affiliated with it.')
  expect(attributionWithThanks(['Hugging Face', 'arXiv'])).toContain(thanks)
  expect(attributionWithThanks(['A', 'B', 'C', 'D'])).toMatch(/from A, B, C and others, .* any of them\.$/)
  expect(attributionWithThanks([])).toBe('')
})
