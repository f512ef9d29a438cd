import { describe, expect, test } from 'vitest'
import { labelledSection, parseLabelled } from '../../../src/sources/labelled-section.ts'

describe('a section with a label', () => {
  test.each([
    ['https://x/y#Nature', { value: 'https://x/y', label: 'Nature' }],
    ['https://x/y#Journal of  Finance ', { value: 'https://x/y', label: 'Journal of Finance' }],
    ['https://x/y#100%', { value: 'https://x/y', label: '100%' }],
    ['https://x/y#', { value: 'https://x/y' }],
    ['a:1', { value: 'a:1' }],
  ])('`parseLabelled` reads %j', (text, parts) => expect(parseLabelled(text)).toEqual(parts))

  test.each(['Économie & société', 'a#b', '経済学', '100%', 'a,arxiv:b'])(
    'the label %j survives in the spelling for the database',
    (label) => {
      const section = labelledSection({ value: 'a:1', label })!
      expect(section).toMatch(/^[!-~]+$/)
      expect(parseLabelled(section)).toEqual({ value: 'a:1', label })
      expect(labelledSection(parseLabelled(section))).toBe(section)
    },
  )

  test('`labelledSection` refuses what is no key of the database', () => {
    for (const value of ['', 'a b', 'é', 'x'.repeat(481)]) expect(labelledSection({ value })).toBeUndefined()
    expect(labelledSection({ value: 'x'.repeat(480) })).toHaveLength(480)
  })

  test('`parseLabelled` cuts a long label', () => {
    expect(parseLabelled(`a#${'x'.repeat(100)}`).label).toHaveLength(60)
  })
})
