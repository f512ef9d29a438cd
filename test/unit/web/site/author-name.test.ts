import { expect, test } from 'vitest'
import { authorName } from '../../../../src/web/site/author-name.ts'

test.each([
  ['Albert Gu', ['Gu', 'Albert', '']],
  ['jing Gao', ['Gao', 'jing', '']],
  ['Jordy van der Berg', ['van der Berg', 'Jordy', '']],
  ['Oriol Mayné i Comas', ['Mayné i Comas', 'Oriol', '']],
  ['Santiago Ramón y Cajal', ['Ramón y Cajal', 'Santiago', '']],
  ['Gu, Albert', ['Gu', 'Albert', '']],
  ['Hal Daumé III', ['Daumé', 'Hal', 'III']],
  ['Antonio Laverghetta Jr.', ['Laverghetta', 'Antonio', 'Jr.']],
  ['Tim Jones, Sr', ['Jones', 'Tim', 'Sr']],
  ['King, Martin Luther, Jr.', ['King', 'Martin Luther', 'Jr.']],
  ['Jones, Jr., Tim', ['Jones', 'Tim', 'Jr.']],
  ['The ATLAS Collaboration', ['The ATLAS Collaboration', '', '']],
  ['Joakim Andén', ['Andén', 'Joakim', '']],
  ['NVIDIA', ['NVIDIA', '', '']],
  ['One, Two, Three, Four', ['One, Two, Three, Four', '', '']],
])('`authorName` splits %s', (name, parts) => {
  const { family, given, suffix, isGroup } = authorName(name)
  expect([family, given, suffix]).toEqual(parts)
  expect(isGroup).toBe(given === '')
})
