import { expect, test } from 'vitest'
import { notesOf } from '../../../../scripts/release/notes.ts'

const CHANGELOG = `# Changelog

## 1.0.1 (2026-12-24)

- Second

### Upgrade

- Nothing to do

## 1.0.0

- First

## Unreleased
`

test.each([
  ['1.0.1', '- Second\n\n### Upgrade\n\n- Nothing to do'],
  ['1.0.0', '- First'],
  ['1.0', undefined],
  ['Unreleased', undefined],
])('`notesOf` finds the section of %s', (version, notes) => {
  expect(notesOf(version, CHANGELOG)).toBe(notes)
})
